"""Who is calling. Light: the read path imports this."""

from typing import NamedTuple


class Principal(NamedTuple):
    """An account, and the sign-in that the credentials come from."""

    user_id: str
    sign_in_id: str
