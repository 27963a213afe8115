"""Stripe's error shapes (https://docs.stripe.com/api/errors).

Raised anywhere in the double. api.py turns them into HTTP answers, the pages into messages.

    StripeError
    |-- ParameterError     400, a parameter is unknown, missing or malformed (never kept for replay)
    `-- CardDeclined       402, the card was refused; only the buyer can act
"""

from __future__ import annotations

from typing import Any


class StripeError(Exception):
    """An error in Stripe's format. `status` is the HTTP status; the rest is the `error` object, extended by `shown`."""

    kept_for_replay = True

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        shown: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.shown = shown or {}
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
        self.decline_code = decline_code

    def as_object(self) -> dict[str, Any]:
        """Returns the `error` object without absent fields, as Stripe does."""
        shown: dict[str, Any] = {"type": self.kind, "message": self.message}
        for name in ("code", "param", "decline_code"):
            value = getattr(self, name)
            if value is not None:
                shown[name] = value
        if self.code is not None:
            shown["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        return {**shown, **self.shown}


class ParameterError(StripeError):
    """A request that failed validation. Stripe does not keep its answer under the idempotency key."""

    kept_for_replay = False


class CardDeclined(StripeError):
    """A card that its bank refused, with the message that Stripe shows to the buyer."""

    def __init__(
        self, message: str, *, code: str, decline_code: str | None, shown: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message, status=402, kind="card_error", code=code, decline_code=decline_code, shown=shown)


def parameter_unknown(names: list[str]) -> ParameterError:
    """Returns the error for parameters that the endpoint does not have."""
    noun = "parameter" if len(names) == 1 else "parameters"
    return ParameterError(f"Received unknown {noun}: {', '.join(names)}", code="parameter_unknown", param=names[0])


def parameter_missing(name: str) -> ParameterError:
    """Returns the error for a required parameter that was not sent."""
    return ParameterError(f"Missing required param: {name}.", code="parameter_missing", param=name)


def parameter_invalid(name: str, message: str, *, code: str | None = None) -> ParameterError:
    """Returns the error for a value that Stripe refuses."""
    return ParameterError(message, code=code, param=name)


def resource_missing(noun: str, key: str, *, param: str) -> StripeError:
    """Returns the error for an id that does not exist."""
    return StripeError(f"No such {noun}: '{key}'", status=404, code="resource_missing", param=param)


def route_missing(method: str, path: str) -> StripeError:
    """Returns the error for a URL that is no endpoint of Stripe, or not one of this double."""
    return StripeError(
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the "
        "trailing slash. (TEST DOUBLE: endpoints it has are listed in api/routes.py)",
        status=404,
    )


def key_refused(key: str | None) -> StripeError:
    """Returns the error for a missing API key, or one that is not a test key."""
    if not key:
        return StripeError(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    return StripeError(f"Invalid API Key provided: {key[:8]}{'*' * 12}", status=401)


def key_expired(key: str) -> StripeError:
    """Returns the error for a rolled API key (https://docs.stripe.com/error-codes#api-key-expired)."""
    return StripeError(f"Expired API Key provided: {key[:8]}{'*' * 12}", status=401, code="api_key_expired")


def permission_refused(key: str, *, account: str, permission: str) -> StripeError:
    """Returns the error for a restricted key without the permission: a 403 like `account_refused`, but without code."""
    return StripeError(
        f"The provided key '{key[:8]}{'*' * 12}' does not have the required permissions for this endpoint on account "
        f"'{account}'. Having the '{permission}' permission would allow this request to continue.",
        status=403,
    )


def account_refused(account: str) -> StripeError:
    """Returns the error for a connected account that does not exist or has removed the platform's access."""
    return StripeError(
        f"The provided key does not have access to account '{account}' (or that account does not exist). "
        "Application access may have been revoked.",
        status=403,
        code="account_invalid",
    )
