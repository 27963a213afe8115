"""Finds out who is calling and what they may do. Called by the endpoint, routes and services.

An access token is checked by its signature, then by whether its sign-in has ended. Sign-ins and roles are remembered in
this process for CACHE_SECONDS, so the end of either takes effect within that time. What is absent is not remembered, so
a new role works at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.errors import Forbidden, MalformedRequest, NotFound, Unauthenticated
from chalicelib.core.kinds import View
from chalicelib.core.principal import Principal

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.accounts.ports import Credentials, Tokens
    from chalicelib.core.permissions import Action
    from chalicelib.core.ports import Clock

CACHE_SECONDS = 20
CACHE_SIZE = 10_000
MAX_TOKEN_BYTES = 4_096


class Authorise:
    """Identifies callers and reads their roles."""

    def __init__(self, tokens: Callable[[], Tokens], credentials: Credentials, clock: Clock) -> None:
        self._tokens = tokens
        self._credentials = credentials
        self._clock = clock
        self._remembered: dict[tuple[str, ...], tuple[float, str]] = {}

    def identify_caller(self, header: str | None, *, required: bool) -> Principal | None:
        """Returns the caller for an Authorization header. A wrong header is refused even where none is required. Raises
        Unauthenticated.
        """
        if header is None:
            if required:
                raise Unauthenticated("Send Authorization: Bearer <access token>.")
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_BYTES:
            raise Unauthenticated("Send Authorization: Bearer <access token>.")
        principal = self._tokens().verify_token(token.strip(), now=self._clock.now())
        if not self._recall(("sign_in", principal.sign_in_id), lambda: self._find_sign_in(principal.sign_in_id)):
            raise Unauthenticated("This sign-in has ended. Sign in again.")
        return principal

    def forget_sign_in(self, sign_in_id: str) -> None:
        """Forgets a sign-in that just ended."""
        self._remembered.pop(("sign_in", sign_in_id), None)

    def find_role(self, principal: Principal | None, event_id: str) -> str | None:
        """Returns the caller's role in an event; None without one."""
        if principal is None:
            return None
        user_id = principal.user_id
        return self._recall(("role", user_id, event_id), lambda: self._credentials.find_role(user_id, event_id))

    def require(self, principal: Principal | None, event_id: str, action: Action) -> None:
        """Raises NotFound for callers without a role, Forbidden when their role does not allow the action,
        Unauthenticated without a caller.
        """
        if principal is None:
            raise Unauthenticated("Sign in first.")
        role = self.find_role(principal, event_id)
        if role is None:
            raise NotFound
        from chalicelib.core.permissions import allows  # not before: anonymous reads ask for no role

        if not allows(role, action):
            raise Forbidden(f"A {role} may not do this.")

    def choose_view(self, principal: Principal | None, event_id: str, wanted: str | None) -> View:
        """Returns the view that a read gets: the one asked for, else ALL for staff and PUBLIC for others. Raises
        MalformedRequest; Unauthenticated or NotFound when ALL is asked for by somebody who is not staff.
        """
        if wanted == View.PUBLIC:
            return View.PUBLIC
        if wanted == View.ALL:
            from chalicelib.core.permissions import Action

            self.require(principal, event_id, Action.READ_ALL)
            return View.ALL
        if wanted is not None:
            raise MalformedRequest("view is public or all.", code="invalid_view")
        return View.ALL if self.find_role(principal, event_id) is not None else View.PUBLIC

    def _find_sign_in(self, sign_in_id: str) -> str | None:
        return "yes" if self._credentials.is_sign_in_active(sign_in_id) else None

    def _recall(self, key: tuple[str, ...], look_up: Callable[[], str | None]) -> str | None:
        now = self._clock.now()
        kept = self._remembered.get(key)
        if kept is not None and kept[0] > now:
            return kept[1]
        found = look_up()
        if found is None:
            self._remembered.pop(key, None)
            return None
        if len(self._remembered) >= CACHE_SIZE:
            self._remembered.clear()
        self._remembered[key] = (now + CACHE_SECONDS, found)
        return found
