"""The check-in page without a network: it stores every file that it may load, and vendored code is as released."""

import hashlib
import re
from pathlib import Path

PUBLIC = Path(__file__).parents[3] / "web/public"
TEMPLATES = Path(__file__).parents[3] / "chalicelib/website/pages/templates"
IMPORT = re.compile(r"""(?:\bfrom |\bimport\(|^import )["'](\.[./\w-]+\.js)["']""", re.MULTILINE)
QR = {
    "LICENSE-MIT.txt": "07a9f887e9215644439b808628b09f8eece932d79130ff563f958f3a1783e684",  # pragma: allowlist secret
    "decode.js": "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8",  # pragma: allowlist secret
    "index.js": "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f",  # pragma: allowlist secret
}
"""SHA-256 of the files of npm's `qr` 0.7.0 (MIT or Apache-2.0, Paul Miller): `npm pack qr@0.7.0`, then `sha256sum`."""


def imported(first: set[Path]) -> set[Path]:
    """Returns the modules and everything that they may import, directly or indirectly."""
    found: set[Path] = set()
    left = set(first)
    while left:
        module = left.pop()
        assert module.is_file(), module
        found.add(module)
        left |= imports(module) - found
    return found


def imports(module: Path) -> set[Path]:
    """Returns the modules that a module imports, statically or dynamically."""
    code = re.sub(r"^\s*(?://|\*).*$", "", module.read_text(), flags=re.MULTILINE)
    return {(module.parent / name).resolve() for name in IMPORT.findall(code)}


def kept() -> list[str]:
    listing = re.search(r"const FILES = \[(.*?)\];", (PUBLIC / "js/gateoffline.js").read_text(), re.DOTALL)
    assert listing
    return re.findall(r'"([^"]+)"', listing[1])


def test_keep_page_keeps_every_file_that_the_page_may_load() -> None:
    page = "".join((TEMPLATES / f"{name}.html.j2").read_text() for name in ("layout", "shell", "check-in"))
    page = re.sub(r"<noscript>.*?</noscript>", "", page)
    named = {PUBLIC / name for name in re.findall(r"\{\{ static \}\}/([\w/.-]+)", page)}
    modules = imported({file for file in named if file.suffix == ".js"})
    needed = {file.relative_to(PUBLIC).as_posix() for file in named | modules}
    assert sorted(kept()) == sorted(needed)


def test_worker_gives_out_by_name_only_what_the_gate_alone_loads() -> None:
    pattern = re.search(r"const GATE_FILE = /(.*)/;", (PUBLIC / "sw.js").read_text())
    assert pattern
    is_of_gate = re.compile(pattern[1].replace("\\/", "/")).match

    def of_gate(files: set[Path]) -> set[str]:
        names = {file.relative_to(PUBLIC).as_posix() for file in files}
        return {name for name in names if is_of_gate(f"/static/r-0123456789ab/{name}")}

    own = of_gate({PUBLIC / name for name in kept()})
    assert {"js/checkin.js", "js/camera.js", "vendor/qr/decode.js", "css/gate.css"} <= own
    others = [file for file in (PUBLIC / "js").glob("*.js") if not of_gate({file})]
    assert set().union(*(of_gate(imports(file)) for file in others)) == {"js/leaving.js"}
    pages = "".join(file.read_text() for file in TEMPLATES.iterdir() if file.name != "check-in.html.j2")
    assert [name for name in own if f"/{name}" in pages] == []


def test_vendored_decoder_is_what_its_author_released() -> None:
    files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (PUBLIC / "vendor/qr").iterdir()}
    assert files == QR
    assert [one.name for one in (PUBLIC / "vendor").iterdir()] == ["qr"]
