"""Who is calling. Light: the read path imports this."""

from typing import NamedTuple


class Principal(NamedTuple):
    """An account, and the sign-in (family of refresh tokens) the credentials come from."""

    user_id: str
    family_id: str
