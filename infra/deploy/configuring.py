"""Writes the files of a stage that `chalice deploy` reads: .chalice/stages/STAGE.json and one policy file per function.
Git ignores both, so a deployment leaves the checkout clean.

Called by the deployment steps. Afterwards, `chalice deploy --stage NAME` alone does the same as the step that runs it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from infra import names, policies, website
from infra.deploy import stage_config


def write(project: Path, stage: str, *, region: str, variables: dict[str, str], placeholders: dict[str, str]) -> bool:
    """Writes the policies and the stage's file. Returns whether anything changed. Raises Unusable."""
    folder = project / ".chalice" / "policies" / stage
    folder.mkdir(parents=True, exist_ok=True)
    rendered = {folder / f"{name}.json": policies.render(name, placeholders) for name in names.FUNCTIONS}
    written = [_write(file, text) for file, text in rendered.items()]
    return write_variables(project, stage, region=region, variables=variables) or any(written)


def write_variables(project: Path, stage: str, *, region: str, variables: dict[str, str]) -> bool:
    """Writes the stage's file alone. Returns whether it changed."""
    file = stage_config.path(project, stage)
    file.parent.mkdir(parents=True, exist_ok=True)
    table = stage_config.table_of(stage, names.FUNCTIONS, region=region, variables=variables)
    return _write(file, json.dumps(table, indent=2) + "\n")


def write_for_rollback(project: Path, stage: str, *, region: str, variables: dict[str, str]) -> None:
    """Gives an unpacked older release the current variables. A release from before stages had their own files reads
    only .chalice/config.json, so they are written there as well.
    """
    write_variables(project, stage, region=region, variables=variables)
    config = _config(project)
    stage_config.merge(config, stage, stage_config.table_of(stage, names.FUNCTIONS, region=region, variables=variables))
    _write(project / ".chalice" / "config.json", json.dumps(config, indent=2) + "\n")


def _write(file: Path, text: str) -> bool:
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    file.write_text(text, encoding="utf-8")
    return True


def reserved(project: Path, stage: str) -> dict[str, int]:
    """Returns the reserved concurrent executions by function, for the functions that reserve any."""
    functions = _config(project).get("stages", {}).get(stage, {}).get("lambda_functions", {})
    return {name: one["reserved_concurrency"] for name, one in functions.items() if "reserved_concurrency" in one}


def architecture(project: Path) -> str:
    """Returns the processor architecture of the functions: arm64 or x86_64."""
    return str(_config(project)["lambda_architecture"])


def _config(project: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((project / ".chalice" / "config.json").read_text(encoding="utf-8"))
    return config


def fingerprint(project: Path, stage: str) -> str:
    """Returns a digest of the files of a release: code, dependencies, configuration, policies."""
    digest = hashlib.sha256()
    for file in release_files(project, stage):
        digest.update(str(file.relative_to(project)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def release_files(project: Path, stage: str) -> list[Path]:
    """Returns the files of a release, sorted by name."""
    roots = [project / "chalicelib", website.folder_of(project), project / ".chalice" / "policies" / stage]
    files = [project / "app.py", project / "requirements.txt", project / ".chalice" / "config.json"]
    files += [file for file in [stage_config.path(project, stage)] if file.exists()]
    below = (file for root in roots for file in root.rglob("*"))
    return sorted([*files, *(file for file in below if file.is_file() and "__pycache__" not in file.parts)])
