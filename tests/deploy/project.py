"""Copies the project for the scenario to deploy from: deploying writes into it, and the second release changes it.

Two things differ from the original: the processor architecture, because functions run on this machine, and the
settings of the stage.
"""

import json
import platform
import shutil
import subprocess
from pathlib import Path

ORIGINAL = Path(__file__).resolve().parents[2]
_PARTS = (
    "app.py",
    "requirements.txt",
    ".gitignore",
    "chalicelib",
    "infra",
    "local",
    "tests/deploy",
    "tests/__init__.py",
)
_SITE = Path("web/dist")
_ARCHITECTURES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_SETTINGS = """
[dev]
region = "{region}"
mail_from = "Marquee <tickets@marquee.example>"
alarm_email = "alarms@marquee.example"
budget = 5
protect_tables = true
log_days = 14
cdn = true

[dev.environment]
STRIPE_API_BASE = "{stripe}"
"""
_ROUTE = '''

@app.route("/v1/second-release", methods=["GET"])
def second_release() -> dict[str, str]:
    """Only in the second release."""
    return {"release": "second"}
'''
NEW_FILE = "second-release.txt"


def copy(to: Path, *, region: str, stripe: str) -> Path:
    """Copies the project and prepares it for `up --stage dev --settings stages.toml`."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc", "node_modules", ".local")
    for part in (*_PARTS, str(_SITE)):
        source, target = ORIGINAL / part, to / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=unwanted)
        else:
            shutil.copy(source, target)
    _configure(to)
    (to / "stages.toml").write_text(_SETTINGS.format(region=region, stripe=stripe))
    git(to, "init", "--quiet")
    _commit(to, "First release")
    return to


def git(folder: Path, *arguments: str) -> str:
    """Runs a git command and returns its output."""
    who = ("-c", "user.name=Owner", "-c", "user.email=owner@marquee.example", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def _commit(project: Path, message: str) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", message)


def _configure(project: Path) -> None:
    config = json.loads((ORIGINAL / ".chalice" / "config.json").read_text())
    config["lambda_architecture"] = _ARCHITECTURES[platform.machine()]
    (project / ".chalice").mkdir()
    (project / ".chalice" / "config.json").write_text(json.dumps(config))


def change(project: Path) -> None:
    """Makes another release: adds a route and a file of the website."""
    with (project / "app.py").open("a") as code:
        code.write(_ROUTE)
    (project / _SITE / NEW_FILE).write_text("second\n")
    _commit(project, "Second release")
