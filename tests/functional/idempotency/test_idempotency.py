"""Idempotency-Key: the same answer and one creation; races, other bodies, other callers, interrupted requests."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import new_container
from tests.functional.builders import EVENT, make_event
from tests.harness.client import Client


def test_repeat_with_same_key_gives_the_same_answer(organiser: Client) -> None:
    path = f"/v1/events/{make_event(organiser).json['id']}/tracks"
    first = organiser.post(path, {"name": "x"}, idempotency_key="one")
    again = organiser.post(path, {"name": "x"}, idempotency_key="one")
    assert (again.status, again.body, again.etag) == (first.status, first.body, first.etag)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(organiser.get(path).json["items"]) == 1


def test_repeat_20_at_once_creates_one(organiser: Client) -> None:
    path = f"/v1/events/{make_event(organiser).json['id']}/tracks"
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: organiser.post(path, {"name": "x"}, idempotency_key="k"), range(20)))
    assert {r.status for r in replies} <= {201, 409}
    assert all(r.code == "still_running" and "retry-after" in r.headers for r in replies if r.status == 409)
    assert len(organiser.get(path).json["items"]) == 1


def test_same_key_with_other_body_is_422(organiser: Client) -> None:
    organiser.post("/v1/events", EVENT, idempotency_key="k")
    reply = organiser.post("/v1/events", {**EVENT, "name": "Other"}, idempotency_key="k")
    assert (reply.status, reply.code) == (422, "idempotency_mismatch")


def test_same_key_of_another_caller_is_its_own(organiser: Client, stranger: Client) -> None:
    first = organiser.post("/v1/events", EVENT, idempotency_key="k")
    second = stranger.post("/v1/events", EVENT, idempotency_key="k")
    assert first.json["id"] != second.json["id"]


def test_key_of_a_refused_request_may_be_used_again(organiser: Client) -> None:
    bad = organiser.post("/v1/events", {**EVENT, "slug": "taken", "timezone": "UTC"}, idempotency_key="a")
    assert bad.status == 201
    refused = organiser.post("/v1/events", {**EVENT, "slug": "taken"}, idempotency_key="b")
    assert refused.status == 409
    assert organiser.post("/v1/events", {**EVENT, "slug": "free"}, idempotency_key="b").status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x01b"])
def test_key_that_is_no_key_is_400(organiser: Client, key: str) -> None:
    assert organiser.post("/v1/events", EVENT, idempotency_key=key).status == 400


def test_try_cut_off_after_the_write_is_finished_by_the_next(
    organiser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.idempotency import run_once
    from chalicelib.idempotency.dynamo import DynamoClaims

    path = f"/v1/events/{make_event(organiser).json['id']}/tracks"

    def die(*_: object) -> None:
        raise RuntimeError("killed before the answer was kept")

    with monkeypatch.context() as patch:
        patch.setattr(DynamoClaims, "keep", die)
        assert organiser.post(path, {"name": "x"}, idempotency_key="k").status == 500
    assert organiser.post(path, {"name": "x"}, idempotency_key="k").code == "still_running"
    monkeypatch.setattr(run_once, "TAKE_OVER_SECONDS", -1)
    new_container()
    assert organiser.post(path, {"name": "x"}, idempotency_key="k").status == 201
    assert len(organiser.get(path).json["items"]) == 1
