"""Key formats of accounts, sign-ins and mailed tokens in the people table. The rules of aws/dynamo_keys.py hold."""

from chalicelib.aws.dynamo_keys import Key, digest


def account(user_id: str) -> Key:
    """A person's account, with its password hash."""
    return f"USER#{user_id}", "ACCOUNT"


def email(address: str) -> Key:
    """The account that an e-mail address belongs to; makes addresses unique."""
    return f"EMAIL#{digest(address)}", "EMAIL"


def sign_in_of_user(user_id: str, sign_in_id: str) -> Key:
    """The same sign-in, found by its user."""
    return f"USER#{user_id}", f"FAMILY#{sign_in_id}"


def one_time_token(purpose: str, secret: str) -> Key:
    """A mailed token (verify, reset), by its hash."""
    return f"TOKEN#{digest(purpose, secret)}", "TOKEN"


def attempts(subject: str) -> Key:
    """Attempts on a subject in a window, by the hash of both."""
    return f"ATTEMPTS#{digest(subject)}", "ATTEMPTS"
