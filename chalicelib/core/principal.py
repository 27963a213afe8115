"""The authenticated caller. Light: the read path imports this."""

from typing import NamedTuple


class Principal(NamedTuple):
    """An account, and the sign-in (family of refresh tokens) that issued the credentials."""

    user_id: str
    family_id: str
