"""Writes the IAM policies that a deployer of a stage needs, for `python -m infra deployer`."""

from pathlib import Path

from infra import policies
from infra.deploy.deployment import Deployment


def write(here: Deployment, into: Path) -> list[Path]:
    """Writes one file per policy into the folder and returns the files. Raises Unusable, and boto3's errors."""
    values = {
        "Region": here.stage.region,
        "Account": here.account,
        "Stage": here.stage.name,
        "MailDomain": here.stage.mail_domain or policies.NO_MAIL_DOMAIN,
    }
    into.mkdir(parents=True, exist_ok=True)
    documents = policies.for_deployer(values)
    written = {into / f"{here.prefix}-deployer-{name}.json": document for name, document in documents.items()}
    for file, document in written.items():
        file.write_text(document, encoding="utf-8")
    return list(written)
