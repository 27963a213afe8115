"""Creates, sets and rotates the secrets of a stage in Parameter Store, and makes the references for the functions.

The functions resolve `ssm:NAME:VERSION` themselves (chalicelib/aws/parameter_store.py). Secrets pass through here on
their way from a person to AWS; they are never printed, logged or written to a file.
"""

import hashlib
import secrets
from typing import Any, NamedTuple

from chalicelib.push.adapters import encryption
from infra import names
from infra.settings import StageSettings, Unusable

TOKEN_KEYS = names.SECRETS["TOKEN_KEYS"]
STRIPE_SECRET_KEY = names.SECRETS["STRIPE_SECRET_KEY"]
STRIPE_WEBHOOK_SECRET = names.SECRETS["STRIPE_WEBHOOK_SECRET"]
STRIPE_CONNECT_WEBHOOK_SECRET = names.SECRETS["STRIPE_CONNECT_WEBHOOK_SECRET"]
VAPID_PRIVATE_KEY = names.SECRETS["VAPID_PRIVATE_KEY"]
ORIGIN_SECRET = "origin-secret"  # noqa: S105 - a name
"""The secret that the CDN sends. The functions cannot read it; they get its digest."""
SETTABLE = (STRIPE_SECRET_KEY, TOKEN_KEYS, VAPID_PRIVATE_KEY, ORIGIN_SECRET)
"""The secrets that a user can set or renew. Webhook secrets come from Stripe with their endpoints."""
THROUGHPUT = "/ssm/parameter-store/high-throughput-enabled"
_KEYS_KEPT = 2


def new_origin_secret() -> str:
    """Returns 256 random bits as text for an HTTP header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Returns the digest that the functions compare a secret with. A secret of 256 bits cannot be guessed from it."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Secret(NamedTuple):
    """A secret's value and version. Its repr does not show the value."""

    value: str
    version: int

    def __repr__(self) -> str:
        return f"Secret(version={self.version})"


class StageParameters:
    """The parameters of one stage that hold its secrets."""

    def __init__(self, client: Any, stage: StageSettings) -> None:
        self._client = client
        self._stage = stage

    def get(self, name: str) -> Secret | None:
        """Returns the newest version of a secret, or None."""
        try:
            found = self._client.get_parameter(Name=self._stage.parameter(name), WithDecryption=True)["Parameter"]
        except self._client.exceptions.ParameterNotFound:
            return None
        return Secret(found["Value"], found["Version"])

    def put(self, name: str, value: str) -> int:
        """Stores a new version and returns its number. The same value again creates no new version."""
        known = self.get(name)
        if known and known.value == value:
            return known.version
        answer = self._client.put_parameter(
            Name=self._stage.parameter(name), Value=value, Type="SecureString", Overwrite=True
        )
        return int(answer["Version"])

    def delete_all(self) -> None:
        """Deletes every secret of the stage."""
        every = [*names.SECRETS.values(), ORIGIN_SECRET]
        self._client.delete_parameters(Names=[self._stage.parameter(name) for name in every])

    def ensure_throughput(self) -> bool:
        """Raises Parameter Store's limit from 40 to 1,000 calls of GetParameters a second, for this account and region,
        when the stage's settings ask for it. Returns whether that changed anything. Nothing switches it off again,
        because another stage may need it.
        Source: docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html
        """
        if not self._stage.high_secret_throughput:
            return False
        found = self._client.get_service_setting(SettingId=THROUGHPUT)["ServiceSetting"]
        if found["SettingValue"] == "true":
            return False
        self._client.update_service_setting(SettingId=THROUGHPUT, SettingValue="true")
        return True

    def ensure_keys(self) -> bool:
        """Creates the keys that sign access tokens and web pushes, and the CDN's secret, unless they exist. Returns
        whether any was created.
        """
        made = False
        if not self.get(TOKEN_KEYS):
            made = bool(self.put(TOKEN_KEYS, f"k1:{secrets.token_urlsafe(48)}"))
        if not self.get(VAPID_PRIVATE_KEY):
            made = bool(self.replace_vapid_key())
        if not self.get(ORIGIN_SECRET):
            made = bool(self.replace_origin_secret())
        return made

    def replace_vapid_key(self) -> int:
        """Stores a new key for signing web pushes and returns its version. Browsers subscribed with the old key, so
        each gets no pushes until its owner visits the website again.
        """
        return self.put(VAPID_PRIVATE_KEY, encryption.new_private_key())

    def replace_origin_secret(self) -> int:
        """Stores a new secret, which the CDN sends from the next `up` on. Returns the version."""
        return self.put(ORIGIN_SECRET, new_origin_secret())

    def rotate_token_keys(self) -> int:
        """Stores a new key, which signs access tokens from the next `up` on. The key before still verifies. Returns the
        version. Raises Unusable when there is no key yet.
        """
        known = self.get(TOKEN_KEYS)
        if known is None:
            raise Unusable("There are no keys yet; `up` makes them.")
        pairs = known.value.split(",")
        newest = int(pairs[0].partition(":")[0].removeprefix("k"))
        pairs = [f"k{newest + 1}:{secrets.token_urlsafe(48)}", *pairs]
        return self.put(TOKEN_KEYS, ",".join(pairs[:_KEYS_KEPT]))

    def references(self) -> dict[str, str]:
        """Returns the environment variables that refer to the secrets; a variable is empty when its secret is missing.
        The public half of the VAPID key is no secret and is included itself.
        """
        found = {variable: (name, self.get(name)) for variable, name in names.SECRETS.items()}
        references = {
            variable: f"ssm:{self._stage.parameter(name)}:{secret.version}" if secret else ""
            for variable, (name, secret) in found.items()
        }
        _, vapid = found["VAPID_PRIVATE_KEY"]
        public = encryption.public_text(encryption.private_key(vapid.value)) if vapid else ""
        return references | {"VAPID_PUBLIC_KEY": public}
