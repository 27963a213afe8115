"""What an on-sale leaves behind that came to nothing, written into a data directory of the local runner: thousands of
holds that are over, each with an open checkout, and people who wait for what comes free. For
bench/sales/release_holds.py: `python -m bench.sales.seed_holds FOLDER PORT HOLDS` prints what it made.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.stage import event_with
from local.dynamodb.database_server import running_database
from local.environment import RunnerSettings, prepare
from local.stripe_double import create_double
from tests.stripe_double.conftest import serve

LAPSED_OFFERS, FREED = 10, 20
"""Offers whose time is over, and tickets of another type that come free while others wait for them."""
_DAY_AGO, _SOLD_AGO, _MINUTES = 85_000, 1_800, 10
"""Seconds ago: when the offers were made, and when the sale began, which took so many minutes."""


class Seeded(NamedTuple):
    """The event, what its owner is let in with, and its ticket types: `crowd` was held by thousands, people wait for
    the others.
    """

    event_id: str
    token: str
    crowd: str
    freed: str
    lapsed: str


class _Clock:
    """Seconds that this module moves; ids follow them."""

    def __init__(self) -> None:
        self.seconds = time.time()
        self._count = 0

    def now(self) -> float:
        return self.seconds

    def new_id(self) -> str:
        from chalicelib.core.ids import make_ulid

        self._count += 1
        return make_ulid(int(self.seconds * 1000), self._count.to_bytes(10, "big"))

    def new_secret(self) -> str:
        return f"secret-{self.new_id()}"


def seed(data_dir: Path, *, port: int, holds: int) -> Seeded:
    """Write everything and let go of the directory; `port` is where it will be served."""
    clock = _Clock()
    with running_database(data_dir) as database:
        prepare(RunnerSettings(port, data_dir), int(str(database).rpartition(":")[2]), os.environ)
        folder = data_dir / "stripe"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        doubles = serve(lambda url: create_double(folder, url, "http://hook.test/", "whsec_local", clock=clock.now))
        for _, url in doubles:
            os.environ["STRIPE_API_BASE"] = url
            return _Sale(clock).run(holds)
    raise AssertionError


class _Sale:
    def __init__(self, clock: _Clock) -> None:
        import logging

        from chalicelib import bootstrap, config
        from chalicelib.aws import dynamo_tables as tables
        from chalicelib.core.principal import Principal

        logging.getLogger("telemetry").setLevel(logging.ERROR)
        tables.create_missing()
        self._clock = clock
        services: Any = bootstrap.Services(config.load())
        services.clock = services.ids = clock
        services.payments.pace = None  # a clock that stands still would let nobody through
        bootstrap.use(services)
        self._services = services
        self._owner = Principal(clock.new_id(), clock.new_id())
        self._people = 0

    def run(self, holds: int) -> Seeded:
        began = self._clock.seconds
        self._clock.seconds = began - _DAY_AGO
        event_id = event_with(1, owner_id=self._owner.user_id)
        types = (self._ticket_type(event_id, count) for count in (holds - FREED, FREED, LAPSED_OFFERS))
        made = Seeded(event_id, self._token(), *types)
        orders = [self._order(event_id, made.lapsed) for _ in range(LAPSED_OFFERS)]
        self._wait_in_line(event_id, made.lapsed, 2 * LAPSED_OFFERS)
        for order in orders:
            self._services.payments.cancel_order.cancel_order(
                order.id, caller=None, access=self._services.orders.draft_order.make_access(order.id)
            )
        assert self._services.waiting_list.offer_tickets.offer_tickets(event_id, made.lapsed) == LAPSED_OFFERS
        for number in range(holds):
            self._clock.seconds = began - _SOLD_AGO + number * 60 * _MINUTES // holds
            order = self._order(event_id, made.freed if number % (holds // FREED) == 0 else made.crowd)
            access = self._services.orders.draft_order.make_access(order.id)
            self._services.payments.open_checkout.open_checkout(order.id, caller=None, access=access)
        self._wait_in_line(event_id, made.freed, FREED)
        return made

    def _token(self) -> str:
        """What lets the owner in, from now on."""
        from chalicelib.accounts.adapters.items import SignInItem
        from chalicelib.aws import dynamo_keys as keys

        until, sign_in = int(time.time()) + 3600, keys.sign_in(self._owner.sign_in_id)
        SignInItem(*sign_in, user_id=self._owner.user_id, secret_hash="s", expires_at=until).save()
        token, _ = self._services.accounts.tokens.issue_token(self._owner, now=time.time())
        return str(token)

    def _ticket_type(self, event_id: str, quantity: int) -> str:
        from chalicelib.catalog.domain.ticket_type import TicketTypeFields
        from chalicelib.core.money import Money

        new_id = self._clock.new_id()
        form = TicketTypeFields(name="Day ticket", price=Money(amount=2500, currency="EUR"), quantity=quantity)
        self._services.catalog.edit_ticket_types.create(event_id, form, caller=self._owner, new_id=new_id)
        return str(new_id)

    def _order(self, event_id: str, ticket_type_id: str) -> Any:
        from chalicelib.orders.domain.order import Buyer, OrderForm, OrderLineForm

        lines = [OrderLineForm(ticket_type_id=ticket_type_id, quantity=1)]
        form = OrderForm(lines=lines, buyer=Buyer(name="Robin Example", email=self._address()))
        return self._services.orders.place_order.place_order(event_id, form, caller=None, new_id=self._clock.new_id())[
            0
        ]

    def _wait_in_line(self, event_id: str, ticket_type_id: str, count: int) -> None:
        from chalicelib.waiting_list.domain.entry import WaitingForm

        for _ in range(count):
            self._clock.seconds += 0.001
            form = WaitingForm(ticket_type_id=ticket_type_id, quantity=1, name="Robin", email=self._address())
            self._services.waiting_list.join_waiting_list.join_waiting_list(
                event_id, form, caller=None, new_id=self._clock.new_id()
            )

    def _address(self) -> str:
        self._people += 1
        return f"robin-{self._people}@example.org"


if __name__ == "__main__":
    made = seed(Path(sys.argv[1]), port=int(sys.argv[2]), holds=int(sys.argv[3]))
    print(json.dumps(made))
