"""Builds the website again whenever its sources change, while the runner runs (`make run REBUILD=1`). Called by
`__main__`. Pages then name files without a release, so that browsers ask for each file anew.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.start_errors import WebsiteNotBuilt

WEB = Path(__file__).parents[2] / "web"
STOP_SECONDS = 5


@contextmanager
def rebuild_website(folder: Path = WEB) -> Iterator[None]:
    """Runs Vite's build with `--watch` until the block ends. Raises WebsiteNotBuilt when `make web` never ran here."""
    node, vite = folder / ".node/bin/node", folder / "node_modules/vite/bin/vite.js"
    if not (node.exists() and vite.exists()):
        raise WebsiteNotBuilt("The tools that build the website are missing. Install them: make web")
    command = [str(node), str(vite), "build", "--watch", "--no-emptyOutDir", "--logLevel", "warn"]
    os.environ["WEBSITE"] = ""  # no release
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
