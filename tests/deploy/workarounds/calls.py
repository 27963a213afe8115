"""Keeps a list of what each caller asks of the account, as IAM sees it: no workaround, but it is put in at the same place.

The tests compare the owner's calls with the policy documents in infra/deployer/.
"""

import json
import os
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator


def apply() -> None:
    """Write one line a call to the file that DEPLOY_CALLS names: access key, action, resource."""
    enforce, file = iam_evaluator.enforce, Path(os.environ["DEPLOY_CALLS"])

    def noting(access_key_id: str, iam_action: str, service: str, region: str, **more: Any) -> Any:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps([access_key_id, iam_action, more.get("resource_arn", "*")]) + "\n")
        return enforce(access_key_id, iam_action, service, region, **more)

    iam_evaluator.enforce = noting
