"""Turns the lock file into the files of the layer: downloads the wheels for Lambda's platform, unpacks, trims and
compiles them.

Called by infra/package/build.py. Downloads with pip and runs no downloaded code. Works on any platform, but needs a
Python of the target version to compile.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from email.parser import Parser
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from infra.package import trim
from infra.settings import Unusable

_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
_GLIBC = {"3.11": 26, "3.12": 34, "3.13": 34, "3.14": 34}
"""Minor version of glibc 2 by runtime: Amazon Linux 2 has 2.26, Amazon Linux 2023 has 2.34. Source: AWS's page "Lambda
runtimes".
"""
_OLDEST_GLIBC = 17
_MERGED = ("purelib", "platlib")


class WheelTarget(NamedTuple):
    """The platform to build for. Created by `target_of`, which checks the values."""

    python: str
    architecture: str

    @property
    def machine(self) -> str:
        """The architecture's name in wheels."""
        return _MACHINES[self.architecture]

    @property
    def site_packages(self) -> str:
        """The path below /opt where Lambda looks for packages of a layer."""
        return f"python/lib/python{self.python}/site-packages"


def target_of(python: str, architecture: str) -> WheelTarget:
    """Returns the platform. Raises Unusable when Lambda does not support it."""
    if python not in _GLIBC:
        raise Unusable(f"Python {python} is not supported; there are {', '.join(_GLIBC)}.")
    if architecture not in _MACHINES:
        raise Unusable(f"Architecture {architecture} is not supported; there are {', '.join(_MACHINES)}.")
    return WheelTarget(python, architecture)


def pins(lock: str, *, target: WheelTarget) -> dict[str, tuple[str, str]]:
    """Returns name -> (version, hashes in pip's format) of the lock file's lines for this platform. Raises Unusable for
    a line that is not pinned with ==.

    Evaluates the markers here and leaves them out: pip would evaluate them for the Python that it runs on
    (pypa/pip#11664).
    """
    found: dict[str, tuple[str, str]] = {}
    for line in _logical_lines(lock):
        text, _, hashes = line.partition(" --hash=")
        requirement = _requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(_environment(target)):
            version = str(requirement.specifier).removeprefix("==")
            found[canonicalize_name(requirement.name)] = (version, f" --hash={hashes}" if hashes else "")
    return found


def _logical_lines(lock: str) -> Iterator[str]:
    for line in lock.replace("\\\n", " ").splitlines():
        text = " ".join(line.partition("#")[0].split())
        if text:
            yield text


def _requirement(text: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as problem:
        raise Unusable(f"requirements.txt has a line that is no requirement: {text}") from problem
    specifiers = list(requirement.specifier)
    if len(specifiers) != 1 or specifiers[0].operator != "==" or "*" in specifiers[0].version:
        raise Unusable(f"requirements.txt must name one version with ==: {text}")
    return requirement


def _environment(target: WheelTarget) -> dict[str, str]:
    """Returns the environment for markers: that of the target platform, not of this one."""
    return {
        **{name: str(value) for name, value in default_environment().items()},
        "implementation_name": "cpython",
        "implementation_version": f"{target.python}.0",
        "os_name": "posix",
        "platform_machine": target.machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{target.python}.0",
        "python_version": target.python,
        "sys_platform": "linux",
        "extra": "",
    }


def download(wanted: Mapping[str, tuple[str, str]], into: Path, *, target: WheelTarget) -> list[Path]:
    """Downloads the wheels of these pins, without their dependencies. Raises Unusable with the last lines of pip's
    errors.
    """
    lines = into / "requirements.txt"
    lines.write_text("".join(f"{name}=={version}{hashes}\n" for name, (version, hashes) in wanted.items()))
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--implementation", "cp", "--python-version", target.python]
    for platform in platforms(target):
        command += ["--platform", platform]
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, "--dest", str(into), "--requirement", str(lines)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        raise Unusable("The wheels cannot be had:\n" + "\n".join(errors[-5:]))
    return sorted(into.glob("*.whl"))


def platforms(target: WheelTarget) -> list[str]:
    """Returns the tags of all glibc versions that fit. pip takes only wheels whose tag is listed, older
    glibc included.
    """
    minors = range(_GLIBC[target.python], _OLDEST_GLIBC - 1, -1)
    return [*(f"manylinux_2_{minor}_{target.machine}" for minor in minors), f"manylinux2014_{target.machine}"]


def check_complete(wheels: Iterable[Path], wanted: Mapping[str, tuple[str, str]], *, target: WheelTarget) -> None:
    """Raises Unusable when a wheel needs a package or version that the lock file does not have."""
    environment = _environment(target)
    for wheel in wheels:
        metadata = _metadata(wheel)
        for line in metadata.get_all("Requires-Dist", []):
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate(environment):
                version, _ = wanted.get(canonicalize_name(needed.name), ("", ""))
                if not version or not needed.specifier.contains(version, prereleases=True):
                    raise Unusable(f"requirements.txt is no full lock: {metadata['Name']} needs {line}.")


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        name = next(
            name for name in archive.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1
        )
        return Parser().parsestr(archive.read(name).decode(), headersonly=True)


def unpacked(wheels: Iterable[Path]) -> dict[str, bytes]:
    """Returns the wheels' files by their path in site-packages, without scripts. Raises Unusable when two wheels have
    different files at one path.
    """
    files: dict[str, bytes] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                path = _installed(name)
                if path is None:
                    continue
                content = archive.read(name)
                if files.setdefault(path, content) != content:
                    raise Unusable(f"Two wheels have a {path}; {wheel.name} is one of them.")
    return files


def _installed(name: str) -> str | None:
    """Returns the path in site-packages of a file of a wheel; None for one that is not importable. Source: PEP 427."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise Unusable(f"A wheel has a file outside itself: {name}")
    if name.endswith("/"):
        return None
    if not path.parts[0].endswith(".data"):
        return name
    return "/".join(path.parts[2:]) if path.parts[1] in _MERGED else None


def trimmed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Returns the files that the layer contains, with their content in the layer."""
    return dict(trim.slimmed(path, content) for path, content in files.items() if trim.keeps(path))


def with_bytecode(files: Mapping[str, bytes], *, python: str, home: str) -> dict[str, bytes]:
    """Returns the files and the bytecode of each module. Lambda cannot write bytecode and would compile at every start.

    `home` is the folder on Lambda, for tracebacks. The bytecode is not checked against its source, because nothing
    changes a source file there. It is compiled in one new process, in sorted order, because it depends on which strings
    were interned before. Raises Unusable when a module does not compile.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, content in files.items():
            if path.endswith(".py"):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content)
        command = [interpreter(python), "-I", "-S", "-W", "ignore", "-m", "compileall", "-q", "-f"]
        command += ["--invalidation-mode", "unchecked-hash", "-s", folder, "-p", home, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
        if done.returncode:
            raise Unusable(f"Some of the code is no Python {python}:\n{done.stdout[-2000:]}{done.stderr[-500:]}")
        compiled = {str(file.relative_to(root).as_posix()): file.read_bytes() for file in root.rglob("*.pyc")}
    return {**files, **compiled}


def interpreter(python: str) -> str:
    """Returns the path of a Python of this version: this one, or one on the PATH. Raises Unusable when
    there is none.
    """
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{python}")
    if found is None:
        raise Unusable(f"Bytecode for Python {python} needs that Python: run this with python{python}, or install it.")
    return found
