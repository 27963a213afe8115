"""`python -m infra.package.build`: builds the layer of dependencies and the zip of the application's code.

Called by the steps of `up` and by `make package`. Both zips get the names under which Chalice looks for them before it
builds its own (.chalice/deployments), so a bare `chalice deploy` uploads the same bytes. The layer depends only on the
lock file and the rules in trim.py, on nothing of this machine. A layer that is there and intact is not built again.
"""

import hashlib
import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click
from chalice.deploy.packager import AppOnlyDeploymentPackager, DependencyBuilder, LayerDeploymentPackager
from chalice.utils import UI, OSUtils
from rich.console import Console
from rich.table import Table

from infra.deploy import configuring
from infra.package import archive, trim, wheels
from infra.settings import Unusable

LIMIT = 15_000_000
"""Bytes of both zips together, compressed."""
PROJECT = Path(__file__).resolve().parents[2]
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
_TASK = "/var/task"
_RECIPE = (archive, trim, wheels)


class TooBig(Unusable):
    """The package is over its limit; the message lists the biggest parts."""


class Package(NamedTuple):
    """The zips that were built: the layer (`path`) and the application (`app_path`)."""

    path: Path
    bytes: int
    sha256: str
    content_sha256: str
    """The same on every machine, even when the compressor differs."""
    unpacked_bytes: int
    app_path: Path
    app_bytes: int
    reused: bool


def build(
    project_dir: Path | str,
    *,
    python: str = "3.13",
    architecture: str = "arm64",
    progress: Callable[[str], None] = lambda _: None,
) -> Package:
    """Builds the layer unless it is there, and the application's zip. Raises Unusable, TooBig when over the limit."""
    project, target = Path(project_dir).resolve(), wheels.target_of(python, architecture)
    path = layer_path(project, python=python, architecture=architecture)
    comment = _recipe(project, target)
    reused = archive.is_whole(path, comment=comment)
    progress(f"Layer {path.name} is there." if reused else f"Making {path.name} …")
    if not reused:
        archive.write(path, archive.packed(_dependencies(project, target, progress), comment=comment))
    app_path = build_app(project, python=python)
    package = _described(path, app_path, reused=reused)
    _check_size(package, target)
    return package


def build_app(project: Path, *, python: str) -> Path:
    """Builds the zip of the application's code, with bytecode, and returns its path. Fast; call it right before
    Chalice.

    Chalice names the zip by a digest of every file in chalicelib, this machine's bytecode included. So that bytecode is
    removed first, and Chalice should run with PYTHONDONTWRITEBYTECODE. If Chalice computes another name, it builds its
    own zip.
    """
    for cache in sorted((project / "chalicelib").rglob("__pycache__")):
        shutil.rmtree(cache, ignore_errors=True)
    packager = _AppPackager(OSUtils(), DependencyBuilder(OSUtils()), UI())
    files = wheels.with_bytecode(packager.files(project), python=python, home=_TASK)
    path = Path(packager.deployment_package_filename(str(project), f"python{python}"))
    archive.write(path, archive.packed(files, comment=""))
    return path


def layer_path(project: Path, *, python: str, architecture: str) -> Path:
    """Returns where Chalice looks for the layer of this lock file."""
    builder = DependencyBuilder(OSUtils(), architecture=architecture)
    packager = LayerDeploymentPackager(OSUtils(), builder, UI(), architecture)
    return Path(packager.deployment_package_filename(str(project), f"python{python}"))


class _AppPackager(AppOnlyDeploymentPackager):  # type: ignore[misc] # Chalice has no types here
    """Chalice's packager, which knows the files of an application."""

    def files(self, project: Path) -> dict[str, bytes]:
        """Returns the application's files as name in the zip -> content."""
        named = ((name, Path(path)) for path, name in self._iter_app_filenames(str(project)))
        return {name: path.read_bytes() for name, path in named}


def _recipe(project: Path, target: wheels.WheelTarget) -> str:
    """Returns a digest of everything that the layer depends on: a zip with this comment need not be built again."""
    if (project / "vendor").exists():
        raise Unusable("A vendor folder would be left out of the layer: name what it has in requirements.txt.")
    parts = [_lock(project), *target, *(Path(str(module.__file__)).read_text("utf-8") for module in _RECIPE)]
    return "recipe " + hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _lock(project: Path) -> str:
    return (project / "requirements.txt").read_text(encoding="utf-8")


def _dependencies(project: Path, target: wheels.WheelTarget, progress: Callable[[str], None]) -> dict[str, bytes]:
    wheels.interpreter(target.python)  # fails before a download in vain
    wanted = wheels.pins(_lock(project), target=target)
    with tempfile.TemporaryDirectory() as folder:
        progress(f"Getting {len(wanted)} wheels for Python {target.python} on {target.architecture}")
        found = wheels.download(wanted, Path(folder), target=target)
        wheels.check_complete(found, wanted, target=target)
        files = wheels.unpacked(found)
    kept = wheels.trimmed(files)
    progress(f"Trimmed {_megabytes(files)} to {_megabytes(kept)}")
    whole = wheels.with_bytecode(kept, python=target.python, home=f"/opt/{target.site_packages}")
    progress(f"Compiled {len(whole) - len(kept)} modules")
    return {f"{target.site_packages}/{path}": content for path, content in whole.items()}


def _megabytes(files: Mapping[str, bytes]) -> str:
    return f"{sum(map(len, files.values())) / 1e6:.1f} MB"


def _described(path: Path, app_path: Path, *, reused: bool) -> Package:
    return Package(
        path=path,
        bytes=path.stat().st_size,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        content_sha256=archive.digest(path),
        unpacked_bytes=archive.unpacked_size(path),
        app_path=app_path,
        app_bytes=app_path.stat().st_size,
        reused=reused,
    )


def _check_size(package: Package, target: wheels.WheelTarget) -> None:
    total = package.bytes + package.app_bytes
    if total <= LIMIT:
        return
    lines = [f"{size / 1e6:6.2f} MB  {name}" for name, size in _sizes(package, target).most_common(12)]
    raise TooBig(f"The package has {total / 1e6:.2f} MB, the limit is {LIMIT / 1e6:.0f} MB:\n" + "\n".join(lines))


def _sizes(package: Package, target: wheels.WheelTarget) -> Any:
    """Returns compressed bytes by package of site-packages, and of the application."""
    found = archive.sizes(package.path, prefix=target.site_packages + "/")
    found["(application)"] = package.app_bytes
    return found


@click.command()
@click.option("--python", default=RUNNING, show_default="the one that runs this", help="Version of the runtime.")
@click.option("--architecture", help="arm64 or x86_64; that of .chalice/config.json unless given.")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PROJECT,
    show_default="this one",
    help="The Chalice project.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def cli(*, python: str, architecture: str | None, project: Path, as_json: bool) -> None:
    """Make the zips that `chalice deploy` sends: layer of dependencies and application."""
    console = Console(highlight=False, stderr=as_json)
    try:
        target = wheels.target_of(python, architecture or configuring.architecture(project))
        with console.status("Packaging …"):
            package = build(
                project,
                python=python,
                architecture=target.architecture,
                progress=lambda line: console.print(line, soft_wrap=True),
            )
    except (Unusable, zipfile.BadZipFile, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
    if as_json:
        shown = {**package._asdict(), "path": str(package.path), "app_path": str(package.app_path)}
        click.echo(json.dumps({**shown, "packages": dict(_sizes(package, target).most_common())}))
    else:
        console.print(_table(package, target))


def _table(package: Package, target: wheels.WheelTarget) -> Table:
    """Returns a table of the biggest packages and the total."""
    table = Table("package", box=None, show_footer=True)
    table.add_column("zipped", justify="right")
    for name, size in _sizes(package, target).most_common(12):
        table.add_row(name, f"{size / 1e6:.2f} MB")
    total = (package.bytes + package.app_bytes) / 1e6
    table.columns[0].footer, table.columns[1].footer = f"all, of {LIMIT / 1e6:.0f} MB", f"{total:.2f} MB"
    return table


if __name__ == "__main__":
    cli(prog_name="python -m infra.package.build")
