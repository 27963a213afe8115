"""The package for Lambda: built from the lock file, found by Chalice, and sufficient to run the product.

Downloads wheels from the package index and builds one package for this machine's processor, to run the product from it.
"""

import ast
import gzip
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import policies
from infra.deploy import configuring, run_chalice
from infra.package import archive, build, trim, wheels
from tests.deploy import package_probe
from tests.harness.environment import VARIABLES

PROJECT = Path(__file__).resolve().parents[2]
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
TARGET = wheels.target_of(build.RUNNING, ARCHITECTURE)
PLACEHOLDERS = dict.fromkeys(policies.PLACEHOLDERS, "x1")
UNREACHABLE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def _copy_of_project(folder: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "chalicelib", folder / "chalicelib", ignore=ignore)
    for name in ("app.py", "requirements.txt"):
        shutil.copy(PROJECT / name, folder / name)
    config = {
        "version": "2.0",
        "app_name": "marquee",
        "automatic_layer": True,
        "lambda_architecture": ARCHITECTURE,
        "manage_iam_role": False,
        "iam_role_arn": "arn:aws:iam::000000000000:role/test",
        "stages": {"dev": {"api_gateway_stage": "api", "environment_variables": VARIABLES}},
    }
    (folder / ".chalice").mkdir()
    (folder / ".chalice" / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _copy_of_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def made(project: Path) -> build.Package:
    return build.build(project, python=build.RUNNING, architecture=ARCHITECTURE)


@pytest.fixture(scope="module")
def wheel_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All files of the wheels, untrimmed."""
    wanted = wheels.pins((PROJECT / "requirements.txt").read_text(), target=TARGET)
    return wheels.unpacked(wheels.download(wanted, tmp_path_factory.mktemp("wheels"), target=TARGET))


@pytest.fixture(scope="module")
def outcomes(made: build.Package, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The probe's results, from a process that has only the package and the standard library."""
    root = tmp_path_factory.mktemp("lambda")
    for path, folder in ((made.path, root / "opt"), (made.app_path, root / "task")):
        with zipfile.ZipFile(path) as packed:
            packed.extractall(folder)
    paths = [str(root / "task"), str(root / "opt" / TARGET.site_packages)]
    script = Path(package_probe.__file__)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", str(script), *paths],
        env={**VARIABLES, **UNREACHABLE, "PATH": os.environ["PATH"], "AWS_LAMBDA_FUNCTION_NAME": "probe"},
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("use", [use.__name__ for use in package_probe.USES])
def test_run_from_the_package_alone_works(outcomes: dict[str, str], use: str) -> None:
    assert outcomes[use] == "ok"


def test_build_fits_the_limit(made: build.Package) -> None:
    assert made.bytes == made.path.stat().st_size
    assert made.bytes + made.app_bytes <= 15_000_000


def test_build_again_reuses_the_layer(project: Path, made: build.Package) -> None:
    again = build.build(project, python=build.RUNNING, architecture=ARCHITECTURE)
    assert again == made._replace(reused=True)


def test_build_elsewhere_makes_the_same_bytes(
    made: build.Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("PYTHONHASHSEED", "5")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    before = os.umask(0o077)
    try:
        other = build.build(_copy_of_project(tmp_path / "elsewhere"), python=build.RUNNING, architecture=ARCHITECTURE)
    finally:
        os.umask(before)
    assert other.sha256 == made.sha256
    assert other.app_path.read_bytes() == made.app_path.read_bytes()


def test_package_by_chalice_takes_both_zips_unchanged(project: Path, made: build.Package, tmp_path: Path) -> None:
    configuring.write(project, "dev", region="eu-west-1", variables=VARIABLES, placeholders=PLACEHOLDERS)
    subprocess.run(
        [sys.executable, "-c", run_chalice.COMMAND, "--project-dir", project, "package", "--stage", "dev", tmp_path],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        check=True,
    )
    assert (tmp_path / "layer-deployment.zip").read_bytes() == made.path.read_bytes()
    assert (tmp_path / "deployment.zip").read_bytes() == made.app_path.read_bytes()
    assert made.app_path == build.build_app(project, python=build.RUNNING)


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_download_for_every_runtime_finds_all_wheels(python: str, architecture: str, tmp_path: Path) -> None:
    target = wheels.target_of(python, architecture)
    wanted = wheels.pins((PROJECT / "requirements.txt").read_text(), target=target)
    found = wheels.download(wanted, tmp_path, target=target)
    assert len(found) == len(wanted)
    wheels.check_complete(found, wanted, target=target)
    foreign = {"arm64": "x86_64", "x86_64": "aarch64"}[architecture]
    assert not [wheel.name for wheel in found if foreign in wheel.name]


def test_trim_drops_no_module_that_a_kept_one_imports(wheel_files: dict[str, bytes]) -> None:
    modules = {_module(path): path for path in wheel_files if path.endswith(".py")}
    dropped = {name for name, path in modules.items() if not trim.keeps(path)}
    missed = {
        (path, name)
        for path, content in wheel_files.items()
        if path.endswith(".py") and trim.keeps(path)
        for name in _imported(path, content)
        if name in dropped and not _is_asked_for(path, name)
    }
    assert missed == EXPLAINED


def _is_asked_for(path: str, name: str) -> bool:
    """Returns whether this import is in one of stripe's tables of modules that it imports on demand."""
    package_name, _, rest = name.partition(".")
    return package_name == "stripe" and rest.split(".")[0] in trim.STRIPE_PRODUCTS and path in STRIPE_TABLES


STRIPE_TABLES = {"stripe/__init__.py", "stripe/_object_classes.py"}
STRIPE_TABLES |= {f"stripe/_{name}_service.py" for name in trim.STRIPE_PRODUCTS}

EXPLAINED = {
    ("Crypto/Util/_raw_api.py", "cffi"),  # takes ctypes instead
    ("dateutil/tz/tz.py", "dateutil.zoneinfo"),  # in gettz
    ("reportlab/lib/attrmap.py", "reportlab.lib.validators"),  # attributes of charts
    ("reportlab/lib/pdfencrypt.py", "reportlab.platypus.flowables"),  # at import, when a document is encrypted
    ("reportlab/lib/utils.py", "PIL"),  # at import: tickets/pdf/draw.py lends it an empty module
    ("reportlab/lib/utils.py", "PIL.Image"),
    ("reportlab/pdfgen/pdfimages.py", "PIL"),  # at import of reportlab.pdfgen.canvas; used for raster images
    ("stripe/__init__.py", "stripe.events"),  # on access to stripe.events
    ("stripe/__init__.py", "stripe.params"),  # on access to stripe.params
    ("stripe/_util.py", "stripe.events._event_classes"),  # in an answer of API v2
    ("stripe/v2/core/_event.py", "stripe.events._event_classes"),  # in parse_event_notification
}
"""Remaining imports of dropped modules. Each is in code that the product never calls."""


def test_trim_has_no_rule_that_drops_nothing(wheel_files: dict[str, bytes]) -> None:
    paths = list(wheel_files)
    for rule in trim.DROPPED:
        assert any(trim.fnmatchcase(path, rule.pattern) for path in paths), rule


def test_trim_keeps_each_service_under_the_name_of_its_endpoints(wheel_files: dict[str, bytes]) -> None:
    for service, prefix in trim.SERVICES.items():
        path = max(p for p in wheel_files if p.startswith(f"botocore/data/{service}/") and "service-2" in p)
        whole = json.loads(gzip.decompress(wheel_files[path]))
        assert whole["metadata"]["endpointPrefix"] == prefix
        name, slim = trim.slimmed(path, wheel_files[path])
        assert name == path.removesuffix(".gz")
        assert list(json.loads(slim)["operations"]) == list(whole["operations"])


def test_pack_for_every_machine_has_one_mode_and_time(made: build.Package) -> None:
    with zipfile.ZipFile(made.path) as packed:
        entries = packed.infolist()
    assert {(e.date_time, e.external_attr >> 16, e.create_system) for e in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, 3)
    }
    assert [e.filename for e in entries] == sorted(e.filename for e in entries)
    assert all(e.filename.startswith(TARGET.site_packages + "/") for e in entries)
    assert made.content_sha256 == archive.digest(made.path)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(path: str, content: bytes) -> Iterator[str]:
    """Yields the modules that a file imports at run time, in functions too, but not those for type checkers."""
    package_name = _module(path) if path.endswith("/__init__.py") else _module(path).rpartition(".")[0]
    waiting: list[ast.AST] = [ast.parse(content)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value  # a table of modules to import on demand
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            above = package_name.split(".")[: len(package_name.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
