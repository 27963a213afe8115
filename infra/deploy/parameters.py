"""The secrets of a stage in Parameter Store: making, setting, rotating, and the references that the functions get.

The functions resolve `ssm:NAME:VERSION` themselves (chalicelib/aws/parameter_store.py). Secrets pass through here from
the person who has them to AWS; they are never printed, logged or written to a file.
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
"""What the CDN sends. Functions read it nowhere: they know its digest."""
SETTABLE = (STRIPE_SECRET_KEY, TOKEN_KEYS, VAPID_PRIVATE_KEY, ORIGIN_SECRET)
"""Those that people set or renew; webhook secrets come with their endpoints."""
THROUGHPUT = "/ssm/parameter-store/high-throughput-enabled"
_KEYS_KEPT = 2


def new_origin_secret() -> str:
    """256 bits that may stand in a header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What the functions know a secret of this many bits by: nobody can work it out from that."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Secret(NamedTuple):
    """A secret and the version that it is."""

    value: str
    version: int

    def __repr__(self) -> str:
        return f"Secret(version={self.version})"


class StageParameters:
    """The secrets of one stage."""

    def __init__(self, client: Any, stage: StageSettings) -> None:
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
        every = [*names.SECRETS.values(), ORIGIN_SECRET]
        self._client.delete_parameters(Names=[self._stage.parameter(name) for name in every])

    def ensure_throughput(self) -> bool:
        """Let Parameter Store answer 1,000 calls of GetParameters a second instead of 40, in this account and region,
        when the stage wishes it. Whether that changed anything. Another stage may need it, so nothing switches it off.
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
        """Make what access tokens and web pushes are signed with and what the CDN proves itself with, unless it is
        there. Whether anything was made.
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
        """Sign web pushes with a new key. Browsers know the old one: each is told nothing until its owner comes back.
        Returns the version.
        """
        return self.put(VAPID_PRIVATE_KEY, encryption.new_private_key())

    def replace_origin_secret(self) -> int:
        """Let the CDN prove itself with a new secret from the next `up` on. Returns the version."""
        return self.put(ORIGIN_SECRET, new_origin_secret())

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
        """Environment variables that stand for the secrets; without one its variable is empty. The public half of the
        VAPID key is none, and stands there itself.
        """
        found = {variable: (name, self.get(name)) for variable, name in names.SECRETS.items()}
        references = {
            variable: f"ssm:{self._stage.parameter(name)}:{secret.version}" if secret else ""
            for variable, (name, secret) in found.items()
        }
        _, vapid = found["VAPID_PRIVATE_KEY"]
        public = encryption.public_text(encryption.private_key(vapid.value)) if vapid else ""
        return references | {"VAPID_PUBLIC_KEY": public}
