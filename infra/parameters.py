"""The secrets of a stage in Parameter Store: making, setting, rotating, and the references that the functions get.

The functions resolve `ssm:NAME:VERSION` themselves (chalicelib/adapters/parameters.py). Secrets pass through here from
the person who has them to AWS; they are never printed, logged or written to a file.
"""

import secrets
from typing import Any, NamedTuple

from infra.settings import Stage, Unusable

TOKEN_KEYS = "token-keys"  # noqa: S105 - a name
STRIPE_SECRET_KEY = "stripe-secret-key"  # noqa: S105
STRIPE_WEBHOOK_SECRET = "stripe-webhook-secret"  # noqa: S105
STRIPE_CONNECT_WEBHOOK_SECRET = "stripe-connect-webhook-secret"  # noqa: S105
ALL = (TOKEN_KEYS, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_CONNECT_WEBHOOK_SECRET)
_VARIABLES = {
    "TOKEN_KEYS": TOKEN_KEYS,
    "STRIPE_SECRET_KEY": STRIPE_SECRET_KEY,
    "STRIPE_WEBHOOK_SECRET": STRIPE_WEBHOOK_SECRET,
    "STRIPE_CONNECT_WEBHOOK_SECRET": STRIPE_CONNECT_WEBHOOK_SECRET,
}
_KEYS_KEPT = 2


class Secret(NamedTuple):
    """A secret and the version that it is."""

    value: str
    version: int

    def __repr__(self) -> str:
        return f"Secret(version={self.version})"


class Parameters:
    """The secrets of one stage."""

    def __init__(self, client: Any, stage: Stage) -> None:
        self._client = client
        self._stage = stage

    def get(self, name: str) -> Secret | None:
        """The newest version, or None."""
        try:
            found = self._client.get_parameter(Name=self._stage.parameter(name), WithDecryption=True)["Parameter"]
        except self._client.exceptions.ParameterNotFound:
            return None
        return Secret(found["Value"], found["Version"])

    def put(self, name: str, value: str) -> int:
        """Keep a new version and return its number; the same value again makes none."""
        known = self.get(name)
        if known and known.value == value:
            return known.version
        answer = self._client.put_parameter(
            Name=self._stage.parameter(name), Value=value, Type="SecureString", Overwrite=True
        )
        return int(answer["Version"])

    def delete_all(self) -> None:
        """Forget every secret of the stage."""
        self._client.delete_parameters(Names=[self._stage.parameter(name) for name in ALL])

    def ensure_token_keys(self) -> bool:
        """Make the keys that access tokens are signed with, unless there are some. Whether they were made."""
        if self.get(TOKEN_KEYS):
            return False
        self.put(TOKEN_KEYS, f"k1:{secrets.token_urlsafe(48)}")
        return True

    def rotate_token_keys(self) -> int:
        """Sign with a new key from the next release on; the one before still verifies. Returns the version."""
        known = self.get(TOKEN_KEYS)
        if known is None:
            raise Unusable("There are no keys yet; `up` makes them.")
        pairs = known.value.split(",")
        newest = int(pairs[0].partition(":")[0].removeprefix("k"))
        pairs = [f"k{newest + 1}:{secrets.token_urlsafe(48)}", *pairs]
        return self.put(TOKEN_KEYS, ",".join(pairs[:_KEYS_KEPT]))

    def references(self) -> dict[str, str]:
        """Environment variables that stand for the secrets; without one its variable is empty."""
        found = {variable: (name, self.get(name)) for variable, name in _VARIABLES.items()}
        return {
            variable: f"ssm:{self._stage.parameter(name)}:{secret.version}" if secret else ""
            for variable, (name, secret) in found.items()
        }
