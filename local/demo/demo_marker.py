"""Remembers that the demo data is loaded and who may sign in, so that a restart can tell without loading again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from local.demo.demo import DemoAccount

NAME = "demo.json"


def is_loaded(data_dir: Path) -> bool:
    """Whether this data directory has had its demo data."""
    return (data_dir / NAME).exists()


def load_once(data_dir: Path, load: Callable[[], Sequence[DemoAccount]]) -> Sequence[DemoAccount]:
    """The accounts; calls `load` when nobody has yet."""
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
    """The data is gone; load again."""
    (data_dir / NAME).unlink(missing_ok=True)
