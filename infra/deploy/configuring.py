"""Writes what `chalice deploy` reads of a stage: .chalice/stages/STAGE.json and one policy file a function. Git ignores
both, so a checkout that was deployed from is as clean as before.

Called by the steps. After that `chalice deploy --stage NAME` alone does the same as the step that calls it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from infra import names, policies
from infra.deploy import stage_config


def write(project: Path, stage: str, *, region: str, variables: dict[str, str], placeholders: dict[str, str]) -> bool:
    """Write both; whether that changed anything."""
    folder = project / ".chalice" / "policies" / stage
    folder.mkdir(parents=True, exist_ok=True)
    rendered = {folder / f"{name}.json": policies.render(name, placeholders) for name in names.FUNCTIONS}
    written = [_write(file, text) for file, text in rendered.items()]
    return write_variables(project, stage, region=region, variables=variables) or any(written)


def write_variables(project: Path, stage: str, *, region: str, variables: dict[str, str]) -> bool:
    """Write the stage's part alone; whether that changed anything."""
    file = stage_config.path(project, stage)
    file.parent.mkdir(parents=True, exist_ok=True)
    table = stage_config.table_of(stage, names.FUNCTIONS, region=region, variables=variables)
    return _write(file, json.dumps(table, indent=2) + "\n")


def write_for_rollback(project: Path, stage: str, *, region: str, variables: dict[str, str]) -> None:
    """Give a release that was laid out again the variables of now. One that was kept before stages had files of their
    own reads .chalice/config.json alone, so they are written there, too.
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
    """Concurrency that the stage's functions keep for themselves."""
    functions = _config(project).get("stages", {}).get(stage, {}).get("lambda_functions", {})
    return {name: one["reserved_concurrency"] for name, one in functions.items() if "reserved_concurrency" in one}


def architecture(project: Path) -> str:
    """The processor that the functions run on."""
    return str(_config(project)["lambda_architecture"])


def _config(project: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((project / ".chalice" / "config.json").read_text(encoding="utf-8"))
    return config


def fingerprint(project: Path, stage: str) -> str:
    """A digest of all that a release is made of: code, dependencies, configuration, policies."""
    digest = hashlib.sha256()
    for file in release_files(project, stage):
        digest.update(str(file.relative_to(project)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def release_files(project: Path, stage: str) -> list[Path]:
    """The files of a release, by name."""
    roots = [project / "chalicelib", project / "web" / "public", project / ".chalice" / "policies" / stage]
    files = [project / "app.py", project / "requirements.txt", project / ".chalice" / "config.json"]
    files += [file for file in [stage_config.path(project, stage)] if file.exists()]
    below = (file for root in roots for file in root.rglob("*"))
    return sorted([*files, *(file for file in below if file.is_file() and "__pycache__" not in file.parts)])
