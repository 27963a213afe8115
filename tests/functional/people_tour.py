"""A part of the grand tour: the people of an event."""

from __future__ import annotations

from tests.harness.functions import Functions, Traveller


def run(on: Functions, host: Traveller, event: str) -> None:
    """A proposal of the host's own is decided about and confirmed, and told to somebody else who speaks in it."""
    place = f"/v1/events/{event}"
    me = host.get("/v1/me").json["id"]
    speaker = host.post(f"{place}/speakers", {"name": "Robin", "user_id": me}).json["id"]
    talk = {"title": "Proposed", "state": "submitted", "speaker_ids": [speaker]}
    session = f"{place}/sessions/{host.post(f'{place}/sessions', talk).json['id']}"
    host.post(f"{session}/review", {"decision": "accept", "message": "<p>Welcome</p>"})
    host.post(f"{session}/confirm")
    host.refused(409).post(f"{session}/review", {"decision": "reject"})
    on.drain()
