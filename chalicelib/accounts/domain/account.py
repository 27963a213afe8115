"""Accounts: the forms that clients send and what they get back. Pure."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from chalicelib.core.text import Email, Name

Password = Annotated[str, Meta(min_length=10, max_length=256)]
Language = Literal["en", "de"]
"""Languages of notifications and mails (texts)."""
DEFAULT: Language = "en"


class SignUpForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form that opens an account."""

    email: Email
    name: Name
    password: Password


class SignInForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Address and password of somebody who signs in."""

    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=256)]


class RefreshToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A refresh token that is exchanged or whose sign-in is ended."""

    refresh_token: Annotated[str, Meta(max_length=200)]


class OneTimeToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token from a mailed link."""

    token: Annotated[str, Meta(max_length=200)]


class ForgottenPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address of an account whose password was forgotten."""

    email: Annotated[str, Meta(max_length=254)]


class PasswordReset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new password and the mailed token that allows it."""

    token: Annotated[str, Meta(max_length=200)]
    password: Password


class AccountFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields that the owner of an account may change."""

    name: Name
    language: Language = DEFAULT


class Account(Struct, frozen=True, kw_only=True):
    """An account as its owner sees it."""

    id: str
    email: str
    name: str
    language: Language = DEFAULT
    verified: bool
    created_at: datetime
    updated_at: datetime


class SignedIn(Struct, frozen=True, kw_only=True):
    """The answer to a sign-in: account, tokens, and whether it administers the deployment. `expires_in` in seconds."""

    user: Account
    administrator: bool
    access_token: str
    refresh_token: str
    expires_in: int
