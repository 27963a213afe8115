"""Records the calls of each caller as IAM sees them. Not a workaround, but installed in the same way.

The tests compare the deployer's calls with the policies in infra/deployer/.
"""

import json
import os
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator


def apply() -> None:
    """Writes one line per call to the file that DEPLOY_CALLS names: access key, action, resource."""
    enforce, file = iam_evaluator.enforce, Path(os.environ["DEPLOY_CALLS"])

    def noting(access_key_id: str, iam_action: str, service: str, region: str, **more: Any) -> Any:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps([access_key_id, iam_action, more.get("resource_arn", "*")]) + "\n")
        return enforce(access_key_id, iam_action, service, region, **more)

    iam_evaluator.enforce = noting
