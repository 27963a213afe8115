"""Shapes of the items in the people table. Used by the people stores."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_tables import PeopleTable


class AccountItem(PeopleTable):
    """A person's account. `body` is the representation of /me; the password is an argon2id hash."""

    id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute()
    language = UnicodeAttribute(null=True)
    password_hash = UnicodeAttribute()
    verified = BooleanAttribute(default=False)
    rev = NumberAttribute()
    etag = UnicodeAttribute()
    body = UnicodeAttribute()
    created_at = NumberAttribute()


class EmailItem(PeopleTable):
    """Who an address belongs to."""

    user_id = UnicodeAttribute()


class RoleItem(PeopleTable):
    """A role of a user in an event; stands twice, under the user and under the event."""

    role = UnicodeAttribute()
    granted_at = NumberAttribute()


class SignInItem(PeopleTable):
    """A sign-in. `secret_hash` is of the newest refresh token; an older one that turns up ends the sign-in."""

    user_id = UnicodeAttribute()
    secret_hash = UnicodeAttribute()
    expires_at = NumberAttribute()


class SignInOfUserItem(PeopleTable):
    """The same sign-in, found by its user."""

    expires_at = NumberAttribute()


class OneTimeTokenItem(PeopleTable):
    """A mailed token: whom it speaks for, and for a reset the digest of the password hash it may replace."""

    user_id = UnicodeAttribute()
    replaces = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class AttemptsItem(PeopleTable):
    """How often a password was guessed in the current window."""

    attempts = NumberAttribute(default=0)
    expires_at = NumberAttribute()
