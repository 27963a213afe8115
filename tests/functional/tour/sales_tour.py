"""The part of the grand tour (grand_tour.py) where staff read the sales. Runs after the sales."""

from tests.functional.builders import EVENT
from tests.harness.functions import Functions, Traveller

LISTS = ("orders", "charges", "attendees", "ledger")


def look(on: Functions, host: Traveller, event: str) -> None:
    """Reads two pages of every list, its first page again (304), and its CSV file."""
    on.drain()
    on.web.get("/pages/events")
    on.web.get("/pages/organise")
    on.web.get(f"/pages/organise/{event}")
    on.web.get(f"/pages/organise/{event}/details")
    on.web.get(f"/pages/events/{event}/sales")
    place = f"/v1/events/{event}"
    for name in LISTS:
        first = host.get(f"{place}/{name}?limit=1")
        host.get(f"{place}/{name}?cursor={first.json['next_cursor']}")
        assert host.get(f"{place}/{name}?limit=1", if_none_match=first.etag).status == 304
        host.get(f"{place}/{name}.csv")
    host.get(f"{place}/orders?state=paid&q=ada")
    totals = host.get(f"{place}/sales").json
    assert totals["currencies"][0]["currency"] == EVENT["currency"]
    assert totals["currencies"][0]["gross"] > totals["currencies"][0]["refunded"] > 0
