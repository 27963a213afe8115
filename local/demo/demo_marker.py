"""Stores that the demo data is loaded, and its accounts, so that a restart can print them without loading again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from local.demo.demo import DemoAccount

NAME = "demo.json"


def is_loaded(data_dir: Path) -> bool:
    """Returns whether the demo data was loaded into this data directory."""
    return (data_dir / NAME).exists()


def load_once(data_dir: Path, load: Callable[[], Sequence[DemoAccount]]) -> Sequence[DemoAccount]:
    """Returns the accounts. Calls `load` only when the demo data is not loaded yet."""
    marker = data_dir / NAME
    if marker.exists():
        return [DemoAccount(**account) for account in json.loads(marker.read_text())]
    accounts = load()
    fresh = marker.with_suffix(".new")
    fresh.write_text(json.dumps([asdict(account) for account in accounts]))
    fresh.chmod(0o600)
    fresh.replace(marker)
    return accounts


def forget(data_dir: Path) -> None:
    """Removes the marker, so that the demo data is loaded again."""
    (data_dir / NAME).unlink(missing_ok=True)
