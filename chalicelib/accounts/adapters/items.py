"""The items of accounts in the people table. Used by the adapters of accounts and team."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_tables import PeopleTable


class AccountItem(PeopleTable):
    """An account. `body` is the representation of /me; `password_hash` is argon2id."""

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
    """The account that an address belongs to."""

    user_id = UnicodeAttribute()


class RoleItem(PeopleTable):
    """A role of a user in an event. There are two items: one under the user, one under the event."""

    role = UnicodeAttribute()
    granted_at = NumberAttribute()


class SignInItem(PeopleTable):
    """A sign-in. `secret_hash` is of its newest refresh token; a request with an older one ends the sign-in."""

    user_id = UnicodeAttribute()
    secret_hash = UnicodeAttribute()
    expires_at = NumberAttribute()


class SignInOfUserItem(PeopleTable):
    """The same sign-in, found by its user."""

    expires_at = NumberAttribute()


class OneTimeTokenItem(PeopleTable):
    """A mailed token and its user. For a reset, `replaces` is the digest of the password hash that it may replace."""

    user_id = UnicodeAttribute()
    replaces = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class AttemptsItem(PeopleTable):
    """Attempts on one subject in one window."""

    attempts = NumberAttribute(default=0)
    expires_at = NumberAttribute()
