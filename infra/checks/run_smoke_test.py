"""Runs the checks of smoke.py against a stage that was just deployed. Called by the deployment steps."""

from collections.abc import Callable

from infra.checks import smoke
from infra.deploy.deployment import Deployment
from infra.deploy.parameters import STRIPE_WEBHOOK_SECRET
from infra.settings import Unusable


class SmokeFailed(Unusable):
    """The new release is deployed and failed at least one check."""


def run(here: Deployment, say: Callable[[str], None], *, past_the_cdn: str) -> str:
    """Runs all checks and passes each result to `say`. `past_the_cdn` is the API's own URL, where it must refuse
    requests; empty skips that check. Raises SmokeFailed.
    """
    secret = here.parameters.get(STRIPE_WEBHOOK_SECRET)
    public_url = here.public_url
    if here.stage.domain and not smoke.resolves(here.stage.domain):
        public_url = f"https://{here.outputs('edge')['DistributionDomain']}"
        say(f"{here.stage.domain} leads nowhere yet (see `status` for its DNS record); asking {public_url}")
    target = smoke.SmokeTarget(
        public_url=public_url,
        websocket_url=here.websocket_url,
        webhook_url=here.webhook_url,
        webhook_secret=secret.value if secret else "",
        live=True,
        past_the_cdn=past_the_cdn,
    )
    checks = smoke.run(target)
    for one in checks:
        say(f"{'ok  ' if one.passed else 'FAIL'} {one.name}: {one.detail}")
    failed = [one.name for one in checks if not one.passed]
    if failed:
        raise SmokeFailed(f"Smoke test failed: {', '.join(failed)}.")
    return f"{len(checks)} questions answered"
