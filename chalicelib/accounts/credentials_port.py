"""What accounts/services/authorise.py needs of access tokens, and of what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.principal import Principal


class Tokens(Protocol):
    """Makes and checks access tokens."""

    def issue(self, principal: Principal, *, now: float) -> tuple[str, int]:
        """A token and the seconds it is valid."""

    def verify(self, token: str, *, now: float) -> Principal:
        """Who the token speaks for. Raises Unauthenticated."""


class Credentials(Protocol):
    """Looks up what credentials rest on."""

    def family_stands(self, family_id: str) -> bool:
        """Whether the sign-in has not ended."""

    def role(self, user_id: str, event_id: str) -> str | None:
        """The user's role in the event."""
