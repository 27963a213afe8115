"""A blank is not accepted as a name: every form of the API, and requests for each kind of name."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect

from chalicelib.core.names import broken_rule
from chalicelib.core.text import RULE
from tests.functional.builders import EVENT, make_event
from tests.harness.client import Client

BLANKS = ["\u00a0", "\u3000", "\u2003 ", "\u3164", "\u2800", "\u0301", "...", " "]
# Names of places are not checked: they may be empty, and a blank one is treated as empty.
NOT_NAMES = {("Venue", "name")}


def strings(kind: inspect.Type, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yields every string of a form: its path, and whether it must be a name."""
    if isinstance(kind, inspect.Metadata):
        is_marked = (kind.extra or {}).get(RULE) is broken_rule
        yield from ((where, marked or is_marked) for where, marked in strings(kind.type, path))
    elif isinstance(kind, inspect.StrType):
        yield path, False
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from strings(one, path)
    elif isinstance(kind, inspect.ListType):
        yield from strings(kind.item_type, path)
    elif isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield from strings(field.type, (kind.cls.__name__, field.encode_name))


def test_every_form_of_the_api_refuses_blank_names_and_titles(chalice_app: Any) -> None:
    from chalicelib.api.endpoint import REGISTERED
    from chalicelib.api.schemas import resolve

    bodies = {route.contract.body for route in REGISTERED if route.contract.body}
    found = {where: marked for body in bodies for where, marked in strings(inspect.type_info(resolve(body)))}
    named = {where for where in found if where[-1] in ("name", "title")}
    assert len(named) > 10
    assert {where for where in named if not found[where]} == NOT_NAMES | {("AnnouncementForm", "title")}


@pytest.mark.parametrize("blank", BLANKS)
def test_create_with_a_blank_name_is_422(organiser: Client, blank: str) -> None:
    event_id = make_event(organiser).json["id"]
    path = f"/v1/events/{event_id}"
    price = {"amount": 0, "currency": "CHF"}
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "/v1/events": ("/name", {**EVENT, "name": blank}),
        **{
            f"{path}/{kind}": ("/name", {"name": blank})
            for kind in ("tracks", "microlocations", "speakers", "sponsors")
        },
        f"{path}/sessions": ("/title", {"title": blank}),
        f"{path}/ticket-types": ("/name", {"name": blank, "price": price, "quantity": 1}),
        "/v1/auth/sign-up": ("/name", {"email": "a@example.org", "name": blank, "password": "a long password"}),
    }
    for url, (pointer, body) in bodies.items():
        reply = organiser.post(url, body)
        places = [error["pointer"] for error in reply.json["errors"]]
        assert (url, reply.status, places) == (url, 422, [pointer])
    assert organiser.get(f"{path}/speakers?view=all").json["items"] == []


def test_change_to_a_blank_name_is_422_and_keeps_the_name(organiser: Client) -> None:
    event_id = make_event(organiser).json["id"]
    reply = organiser.request("PATCH", f"/v1/events/{event_id}", {"name": "\u3164"}, if_match="*")
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/name")
    assert organiser.get(f"/v1/events/{event_id}").json["name"] == EVENT["name"]


@pytest.mark.parametrize("title", ["Maps: Map<K, V>", "<script>alert(1)</script>", "42", "☕"])
def test_create_session_keeps_its_title_as_plain_text(organiser: Client, title: str) -> None:
    event_id = make_event(organiser).json["id"]
    reply = organiser.post(f"/v1/events/{event_id}/sessions", {"title": title})
    assert (reply.status, reply.json["title"]) == (201, title)
