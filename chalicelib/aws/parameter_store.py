"""Reads secrets by reference: a setting `ssm:NAME:VERSION` is that version of a parameter in AWS's Parameter Store.

Called by bootstrap/keys.py when a secret is first needed. A setting that is not a reference is the secret itself (local
runner). The version in the reference means that a new secret comes with a new environment, so with new processes. All
secrets that the function may read come with one call: 1,000 environments that start together make 1,000 calls to a
service that allows 40 a second for the account. Source: docs.aws.amazon.com/general/latest/gr/ssm.html (quotas) and
docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
"""

from collections.abc import Collection

from chalicelib.aws.signature import Service
from chalicelib.aws.signed_client import Refused, SignedClient
from chalicelib.config import Misconfigured, is_reference

PARAMETER_STORE = Service("ssm", "AmazonSSM", "application/x-amz-json-1.1")
AT_ONCE = 10
"""Parameters that one call may name."""
GIVE_UP_SECONDS = 26.0
"""API Gateway's 29 seconds minus a cold start and a little time to answer."""
LONGEST_WAIT_SECONDS = 2.0


class Parameters:
    """Resolves references and caches the secrets. `together` are all references that the function may read."""

    def __init__(self, client: SignedClient, together: Collection[str] = ()) -> None:
        self._client = client
        self._together = together
        self._known: dict[str, str] = {}

    def reveal(self, setting: str) -> str:
        """Returns the secret that a setting is or refers to. Raises Busy, Misconfigured (without the secret)."""
        if not is_reference(setting):
            return setting
        if setting not in self._known:
            self._known |= self._fetched(setting)
        if setting not in self._known:
            raise Misconfigured(f"parameter {_name(setting)} cannot be read: there is no such parameter or version")
        return self._known[setting]

    def _fetched(self, setting: str) -> dict[str, str]:
        wanted = [setting, *(one for one in self._together if one != setting)][:AT_ONCE]
        names = [_name(one) for one in wanted]
        try:
            answer = self._client.call("GetParameters", {"Names": names, "WithDecryption": True})
        except Refused as refusal:
            raise Misconfigured(f"parameters {', '.join(names)} cannot be read: {refusal}") from None
        return {f"ssm:{one['Name']}:{one['Version']}": str(one["Value"]) for one in answer["Parameters"]}


def patience(attempt: int, spent: float) -> float | None:
    """Returns the seconds to wait after a failed attempt, or None to give up. An attempt fails when Parameter Store is
    throttled, or denies access because a new policy has not reached it yet. Full jitter over a range that doubles up to
    two seconds spreads the callers and keeps each one's next attempt near. `attempt` is counted from 0, `spent` is in
    seconds. Source: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter
    """
    if spent >= GIVE_UP_SECONDS:
        return None
    import random  # only retries need it

    wait = random.uniform(0, min(LONGEST_WAIT_SECONDS, 0.1 * 2**attempt))  # noqa: S311 - jitter, not a secret
    return min(wait, GIVE_UP_SECONDS - spent)


def _name(setting: str) -> str:
    return setting.removeprefix("ssm:")
