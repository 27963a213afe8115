"""The package, without a package index: rules, zips, the lock file, and that Chalice finds the zips."""

import ast
import gzip
import json
import sys
import zipfile
from pathlib import Path

import pytest
from chalice.deploy.packager import DependencyBuilder, LayerDeploymentPackager
from chalice.utils import UI, OSUtils
from click.testing import CliRunner

from infra.package import archive, build, trim, wheels
from infra.settings import Unusable

PROJECT = Path(__file__).resolve().parents[3]
TARGET = wheels.target_of("3.13", "arm64")
NAME = "python/lib/python{}/site-packages/tea/__init__.py"


def _wheel(folder: Path, files: dict[str, bytes], *, name: str = "tea", needs: str = "") -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}\nA long text.\n".encode()
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as made:
        for member, content in {
            **files,
            f"{info}/METADATA": metadata,
            f"{info}/WHEEL": b"Wheel-Version: 1.0\n",
        }.items():
            made.writestr(member, content)
    return path


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, tuple[str, str]]]:
    """A list of the downloads from a fake index with one wheel."""
    asked = []

    def download(wanted, into, *, target):
        asked.append(wanted)
        return [_wheel(into, {"tea/__init__.py": b"leaf = 1\n", "tea/tests/test_tea.py": b""})]

    monkeypatch.setattr(wheels, "download", download)
    return asked


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "chalicelib" / "__pycache__").mkdir(parents=True)
    (folder / "chalicelib" / "__pycache__" / "old.cpython-311.pyc").write_bytes(b"old")
    (folder / "chalicelib" / "leaf.py").write_text("green = True\n")
    (folder / "chalicelib" / "page.html.j2").write_text("<p>")
    (folder / "app.py").write_text("import chalicelib\n")
    (folder / "requirements.txt").write_text("tea==1.0\n")
    (folder / ".chalice").mkdir()
    (folder / ".chalice" / "config.json").write_text('{"lambda_architecture": "arm64"}')
    return folder


def _build(project: Path) -> build.Package:
    return build.build(project, python=build.RUNNING, architecture="arm64")


# --- rules


@pytest.mark.parametrize(
    "path",
    [
        "botocore/data/dynamodb/2012-08-10/service-2.json.gz",
        "botocore/data/sesv2/2019-09-27/endpoint-rule-set-1.json.gz",
        "botocore/data/partitions.json",
        "botocore/docs/client.py",
        "botocore-1.0.dist-info/METADATA",
        "jinja2/tests.py",
        "nh3/nh3.abi3.so",
        "stripe/_charge.py",
        "stripe/data/ca-certificates.crt",
    ],
)
def test_keep_what_is_used_is_true(path: str) -> None:
    assert trim.keeps(path)


@pytest.mark.parametrize(
    "path",
    [
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "botocore/data/dynamodb/2012-08-10/examples-1.json",
        "botocore-1.0.dist-info/RECORD",
        "botocore-1.0.dist-info/licenses/LICENSE",
        "stripe/params/_charge_create_params.py",
        "certifi/tests/test_certify.py",
        "nh3/__init__.pyi",
    ],
)
def test_keep_what_is_unused_is_false(path: str) -> None:
    assert not trim.keeps(path)


def test_slim_a_service_takes_out_prose_and_nothing_else() -> None:
    service = {
        "documentation": "long",
        "shapes": {"S": {"members": {"documentation": {"shape": "T"}}, "order": ["b", "a"]}},
    }
    path, content = trim.slimmed("botocore/data/sesv2/1/service-2.json.gz", gzip.compress(json.dumps(service).encode()))
    assert path == "botocore/data/sesv2/1/service-2.json"
    assert json.loads(content) == {"shapes": service["shapes"]}


def test_slim_endpoints_keeps_used_services_of_each_partition() -> None:
    partitions = [
        {"partition": "aws", "regions": {"r": {}}, "services": {"email": 1, "ec2": 2}},
        {"partition": "aws-x", "services": {}},
    ]
    _, content = trim.slimmed("botocore/data/endpoints.json", json.dumps({"partitions": partitions}).encode())
    assert json.loads(content) == {
        "partitions": [
            {"partition": "aws", "regions": {"r": {}}, "services": {"email": 1}},
            {"partition": "aws-x", "services": {}},
        ]
    }


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_slim_metadata_leaves_the_headers(newline: str) -> None:
    text = newline.join(["Name: tea", "Version: 1", "", "# Tea"]).encode()
    assert trim.slimmed("tea-1.dist-info/METADATA", text)[1] == b"Name: tea\nVersion: 1\n"


def test_slim_code_changes_nothing() -> None:
    assert trim.slimmed("tea.py", b"documentation = ''\n") == ("tea.py", b"documentation = ''\n")


def test_clients_in_the_product_have_their_service_in_the_layer() -> None:
    made = {"dynamodb"}  # PynamoDB's
    for file in (PROJECT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="client" | "create_client"), args=[ast.Constant(value=service), *_]
                ):
                    made.add(service)
    assert made == set(trim.SERVICES)


# --- zips


def test_pack_in_any_order_makes_the_same_bytes() -> None:
    files = {"b": b"2" * 1000, "a/c": b"1"}
    assert archive.packed(files, comment="x") == archive.packed(dict(reversed(files.items())), comment="x")
    assert archive.packed(files, comment="x") != archive.packed(files, comment="y")


def test_digest_of_the_same_content_otherwise_compressed_is_equal(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive.packed({"a": b"1" * 99, "b": b"2"}, comment="x"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_STORED) as other:
        other.writestr("b", b"2")
        other.writestr("a", b"1" * 99)
    (tmp_path / "c.zip").write_bytes(archive.packed({"a": b"1" * 99, "b": b"3"}, comment="x"))
    a, b, c = (archive.digest(tmp_path / f"{name}.zip") for name in "abc")
    assert a == b != c


def test_write_over_a_file_leaves_nothing_beside_it(tmp_path: Path) -> None:
    archive.write(tmp_path / "new" / "a.zip", b"1")
    archive.write(tmp_path / "new" / "a.zip", b"2")
    assert [(file.name, file.read_bytes()) for file in (tmp_path / "new").iterdir()] == [("a.zip", b"2")]


def test_write_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.write(tmp_path / "a.zip", b"1")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        archive.write(tmp_path / "a.zip", b"22")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.zip", b"1")]


@pytest.mark.parametrize("damage", ["missing", "cut", "flipped", "other recipe"])
def test_look_at_a_damaged_zip_finds_it_not_whole(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.zip"
    good = archive.packed({"a": bytes(range(256)) * 8}, comment="x")
    path.write_bytes(good)
    assert archive.is_whole(path, comment="x")
    if damage == "missing":
        path.unlink()
    else:
        flipped = good[:60] + bytes([good[60] ^ 1]) + good[61:]
        path.write_bytes({"cut": good[:-9], "flipped": flipped, "other recipe": good}[damage])
    assert not archive.is_whole(path, comment="y" if damage == "other recipe" else "x")


# --- the lock


def test_read_the_lock_takes_markers_of_the_target() -> None:
    lock = """
        # made by a tool
        colorama==0.4.6 ; sys_platform == 'win32'
        Tea_Leaf==1.0 ; platform_machine == 'aarch64' and python_version == '3.13'  # why
        old==1.0 ; python_full_version < '3.12'
        six==1.17.0 \\
            --hash=sha256:aa \\
            --hash=sha256:bb
    """
    assert wheels.pins(lock, target=TARGET) == {
        "tea-leaf": ("1.0", ""),
        "six": ("1.17.0", " --hash=sha256:aa --hash=sha256:bb"),
    }


@pytest.mark.parametrize("line", ["tea", "tea>=1", "tea==1.*", "tea==1,<2", "-r other.txt", "./tea"])
def test_read_the_lock_without_a_pin_is_refused(line: str) -> None:
    with pytest.raises(Unusable, match=r"requirements\.txt"):
        wheels.pins(line, target=TARGET)


def test_read_the_product_s_lock_has_every_line() -> None:
    lock = (PROJECT / "requirements.txt").read_text()
    assert "stripe" in wheels.pins(lock, target=TARGET)
    assert "colorama" not in wheels.pins(lock, target=TARGET)


@pytest.mark.parametrize(("python", "architecture"), [("3.10", "arm64"), ("3.99", "arm64"), ("3.13", "riscv64")])
def test_name_a_target_that_lambda_has_not_is_refused(python: str, architecture: str) -> None:
    with pytest.raises(Unusable, match="not supported; there are"):
        wheels.target_of(python, architecture)


def test_list_platforms_of_an_older_runtime_has_no_newer_glibc() -> None:
    old, new = (wheels.platforms(wheels.target_of(python, "x86_64")) for python in ("3.11", "3.12"))
    assert "manylinux_2_26_x86_64" in old
    assert "manylinux_2_28_x86_64" not in old
    assert {"manylinux_2_34_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"} <= set(new)


def test_download_of_what_is_not_there_tells_pip_s_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(Unusable, match=r"No matching distribution found for tea==1\.0"):
        wheels.download({"tea": ("1.0", "")}, tmp_path, target=TARGET)


def test_download_takes_the_wheel_of_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, into = tmp_path / "index", tmp_path / "into"
    index.mkdir()
    into.mkdir()
    plain = _wheel(index, {})
    for tag in ("cp313-cp313-manylinux_2_28_aarch64", "cp313-cp313-manylinux_2_28_x86_64"):
        plain.with_name(f"tea-1.0-{tag}.whl").write_bytes(plain.read_bytes())
    plain.unlink()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    found = wheels.download({"tea": ("1.0", "")}, into, target=TARGET)
    assert [wheel.name for wheel in found] == ["tea-1.0-cp313-cp313-manylinux_2_28_aarch64.whl"]


@pytest.mark.parametrize("needs", ["milk", "milk>=2 ; sys_platform == 'linux'"])
def test_check_a_lock_that_lacks_something_is_refused(tmp_path: Path, needs: str) -> None:
    wheel = _wheel(tmp_path, {}, needs=f"Requires-Dist: {needs}\n")
    wanted = {"tea": ("1.0", "")} | ({"milk": ("1.0", "")} if "2" in needs else {})
    with pytest.raises(Unusable, match="no full lock: tea needs milk"):
        wheels.check_complete([wheel], wanted, target=TARGET)


def test_check_a_full_lock_passes(tmp_path: Path) -> None:
    needs = "Requires-Dist: milk>=1\nRequires-Dist: oat ; extra == 'vegan'\nRequires-Dist: ice ; os_name == 'nt'\n"
    wheel = _wheel(tmp_path, {}, needs=needs)
    wheels.check_complete([wheel], {"tea": ("1.0", ""), "milk": ("1.1", "")}, target=TARGET)


def test_unpack_wheels_lays_out_what_can_be_imported(tmp_path: Path) -> None:
    members = {"tea/": b"", "tea/a.py": b"1", "tea-1.0.data/platlib/b.so": b"2", "tea-1.0.data/scripts/brew": b"3"}
    files = wheels.unpacked([_wheel(tmp_path, members)])
    assert {name: content for name, content in files.items() if "dist-info" not in name} == {
        "tea/a.py": b"1",
        "b.so": b"2",
    }


def test_unpack_wheels_that_quarrel_is_refused(tmp_path: Path) -> None:
    quarrel = [_wheel(tmp_path, {"same.py": name.encode()}, name=name) for name in ("tea", "milk")]
    with pytest.raises(Unusable, match=r"Two wheels have a same\.py"):
        wheels.unpacked(quarrel)


@pytest.mark.parametrize("name", ["../escape.py", "/etc/escape.py", "tea/../../escape.py"])
def test_unpack_a_wheel_that_reaches_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unusable, match="outside itself"):
        wheels.unpacked([_wheel(tmp_path, {name: b""})])


# --- bytecode


def test_compile_modules_gives_unchecked_bytecode_with_the_place_on_lambda() -> None:
    files = wheels.with_bytecode({"tea/a.py": b"x = 1\n", "b.txt": b""}, python=build.RUNNING, home="/opt/here")
    tag = sys.implementation.cache_tag
    assert sorted(files) == ["b.txt", f"tea/__pycache__/a.{tag}.pyc", "tea/a.py"]
    compiled = files[f"tea/__pycache__/a.{tag}.pyc"]
    assert int.from_bytes(compiled[4:8], "little") == 0b01
    assert b"/opt/here/tea/a.py" in compiled


def test_compile_what_is_no_python_is_refused() -> None:
    with pytest.raises(Unusable, match="is no Python"):
        wheels.with_bytecode({"a.py": b"def (:\n"}, python=build.RUNNING, home="/opt")


def test_compile_for_a_python_that_is_not_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    other = "3.14" if build.RUNNING != "3.14" else "3.13"
    with pytest.raises(Unusable, match=f"needs that Python: run this with python{other}"):
        wheels.interpreter(other)


# --- the whole


def test_build_makes_what_chalice_takes_for_its_own(project: Path, downloads: list) -> None:
    made = _build(project)
    builder = DependencyBuilder(OSUtils(), architecture="arm64")
    before = made.path.read_bytes()
    taken = LayerDeploymentPackager(OSUtils(), builder, UI(), "arm64").create_deployment_package(
        str(project), f"python{build.RUNNING}"
    )
    assert Path(taken) == made.path
    assert made.path.read_bytes() == before
    assert downloads == [{"tea": ("1.0", "")}]
    with zipfile.ZipFile(made.path) as layer:
        assert layer.read(NAME.format(build.RUNNING)) == b"leaf = 1\n"
        assert not [name for name in layer.namelist() if "tests" in name]
        assert len(layer.namelist()) == 3


def test_build_again_asks_the_index_nothing(project: Path, downloads: list) -> None:
    first = _build(project)
    assert not first.reused
    assert _build(project) == first._replace(reused=True)
    assert len(downloads) == 1


@pytest.mark.parametrize("there", [b"", b"half a zip", archive.packed({"a": b"1"}, comment="made by something else")])
def test_build_over_a_foreign_layer_replaces_it(project: Path, downloads: list, there: bytes) -> None:
    path = build.layer_path(project, python=build.RUNNING, architecture="arm64")
    archive.write(path, there)
    assert not _build(project).reused
    with zipfile.ZipFile(path) as layer:
        assert NAME.format(build.RUNNING) in layer.namelist()


def test_build_the_application_has_code_bytecode_and_templates_only_of_itself(project: Path, downloads: list) -> None:
    app_path = _build(project).app_path
    tag = sys.implementation.cache_tag
    with zipfile.ZipFile(app_path) as app:
        names = app.namelist()
    assert [name for name in names if not name.startswith("chalice/")] == [
        f"__pycache__/app.{tag}.pyc",
        "app.py",
        f"chalicelib/__pycache__/leaf.{tag}.pyc",
        "chalicelib/leaf.py",
        "chalicelib/page.html.j2",
    ]
    assert "chalice/app.py" in names


def test_build_over_the_limit_tells_the_biggest(
    project: Path, downloads: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "LIMIT", 1000)
    with pytest.raises(build.TooBig, match=r"(?s)the limit is .*\(application\)\n.*  tea"):
        _build(project)


def test_build_with_a_vendor_folder_is_refused(project: Path, downloads: list) -> None:
    (project / "vendor").mkdir()
    with pytest.raises(Unusable, match="vendor folder"):
        _build(project)


def test_build_after_a_changed_rule_makes_it_again(
    project: Path, downloads: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _build(project)
    changed = tmp_path / "trim.py"
    changed.write_text(Path(trim.__file__).read_text() + "\n# changed\n")
    monkeypatch.setattr(trim, "__file__", str(changed))
    second = _build(project)
    assert not second.reused
    assert second.content_sha256 == first.content_sha256
    assert len(downloads) == 2


def test_call_with_json_prints_one_object(project: Path, downloads: list) -> None:
    done = CliRunner().invoke(build.cli, ["--project", str(project), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert Path(said["path"]).stat().st_size == said["bytes"]
    assert set(said["packages"]) >= {"tea", "(application)"}


def test_call_for_people_shows_sizes(project: Path, downloads: list) -> None:
    done = CliRunner().invoke(build.cli, ["--project", str(project)])
    assert done.exit_code == 0, done.output
    assert "(application)" in done.output


def test_call_that_fails_tells_why_in_one_line(project: Path) -> None:
    (project / "requirements.txt").write_text("tea\n")
    done = CliRunner().invoke(build.cli, ["--project", str(project)])
    assert done.exit_code == 1
    assert "Error: requirements.txt must name one version with ==: tea" in done.output
