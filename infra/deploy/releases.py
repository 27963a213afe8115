"""Stores every release that passed its smoke test in S3, so that an earlier one can replace a bad one.

A release is a zip of everything that `chalice deploy` reads, the dependency layer included. So a rollback needs no
package index and deploys only what was tested. Called by the deployment steps.
"""

import hashlib
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from infra.deploy import configuring
from infra.package import build
from infra.settings import Unusable

FOLDER = "releases/"
LIVE = "live"
KEPT = 10


def keep(client: Any, bucket: str, project: Path, stage: str) -> str:
    """Stores the release, unless it is the newest already, and deletes all but the KEPT newest. Returns its name, which
    ends in a digest of its contents and the Python version of its layer.
    """
    layer = _layer(project)
    made_of = hashlib.sha256(configuring.fingerprint(project, stage).encode() + layer.read_bytes()).hexdigest()[:12]
    names = listed(client, bucket)
    if names and names[-1].endswith(f"{made_of}-{build.RUNNING}.zip"):
        return names[-1]
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{made_of}-{build.RUNNING}.zip"
    client.put_object(Bucket=bucket, Key=FOLDER + name, Body=_packed(project, stage, layer))
    for old in listed(client, bucket)[:-KEPT]:
        client.delete_object(Bucket=bucket, Key=FOLDER + old)
    return name


def mark_live(client: Any, bucket: str, name: str) -> None:
    """Records which release is deployed and passed its smoke test."""
    client.put_object(Bucket=bucket, Key=LIVE, Body=name.encode())


def live(client: Any, bucket: str) -> str | None:
    """Returns the release that last passed its smoke test, or None."""
    try:
        return str(client.get_object(Bucket=bucket, Key=LIVE)["Body"].read().decode())
    except client.exceptions.NoSuchKey:
        return None


def before(client: Any, bucket: str) -> str | None:
    """Returns the newest release that is older than the live one, or None."""
    current = live(client, bucket) or ""
    older = [name for name in listed(client, bucket) if name < current]
    return older[-1] if older else None


def _layer(project: Path) -> Path:
    return build.layer_path(project, python=build.RUNNING, architecture=configuring.architecture(project))


def listed(client: Any, bucket: str) -> list[str]:
    """Returns the names of the releases, the oldest first."""
    found = client.list_objects_v2(Bucket=bucket, Prefix=FOLDER).get("Contents", [])
    return sorted(one["Key"].removeprefix(FOLDER) for one in found)


def unpack(client: Any, bucket: str, name: str, into: Path) -> None:
    """Unpacks a release as a project. Raises Unusable when it does not exist or is for another Python version."""
    if name not in listed(client, bucket):
        raise Unusable(f"There is no release {name}.")
    python = name.removesuffix(".zip").rpartition("-")[2]
    if python != build.RUNNING:
        raise Unusable(f"Release {name} runs on Python {python}: roll back with that one, this is {build.RUNNING}.")
    body = client.get_object(Bucket=bucket, Key=FOLDER + name)["Body"].read()
    with zipfile.ZipFile(BytesIO(body)) as archive:
        archive.extractall(into)


def _packed(project: Path, stage: str, layer: Path) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in [*configuring.release_files(project, stage), layer]:
            archive.write(file, file.relative_to(project))
    return buffer.getvalue()
