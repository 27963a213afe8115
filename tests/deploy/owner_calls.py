"""Lists the AWS calls that `up`, `down` and the other commands make as the deployer, without ids that AWS chooses.

The scenario records them; `tests/unit/infra/owner_calls.json` is that list, and the policies in infra/deployer/ must
allow it. Where the emulator names a call differently than IAM, `_CORRECTIONS` has IAM's name.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

OWNER = "owner"
"""The access key of the deployer."""
KEPT = Path(__file__).parents[1] / "unit" / "infra" / "owner_calls.json"
_CORRECTIONS = {"lambda:ListLayers": "lambda:ListLayerVersions"}
_DRAWN = (
    (re.compile(r"/(apis|restapis)/[0-9a-f]{8}"), r"/\1/ID"),
    (re.compile(r"/(integrations|routes|stages|gatewayresponses|deployments)/\w+"), r"/\1/ID"),
    (re.compile(r"event-source-mapping:.*"), "event-source-mapping:ID"),
    (re.compile(r"distribution/.*"), "distribution/ID"),
    (re.compile(r"(:::[^/]+)/.*"), r"\1/KEY"),
    (re.compile(r"(:(?:role/|function:|rule/default/)marquee-dev)-\w+(?:-event)?$"), r"\1-NAME"),
    (re.compile(r"rule/default/"), "rule/"),
)


def of(file: Path) -> dict[str, list[str]]:
    """Returns the resources by action; `*` when the emulator names none."""
    found: dict[str, set[str]] = {}
    for action, resource in _calls(file):
        found.setdefault(_CORRECTIONS.get(action, action), set()).add(resource)
    return {action: sorted(resources) for action, resources in sorted(found.items())}


def _calls(file: Path) -> Iterator[tuple[str, str]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        key, action, resource = json.loads(line)
        if key == OWNER:
            for pattern, replacement in _DRAWN:
                resource = pattern.sub(replacement, resource)
            yield action, resource
