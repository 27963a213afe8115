"""A shop whose Stripe is the test double behind the real gateway, for what happens at their border.

The double posts nothing by itself: `collect` takes the events that it made, `bring` puts them into the inbox and lets
them have their effects, as the inbox stream does.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.payments.adapters.stripe import StripeGateway, client
from chalicelib.payments.adapters.stripe_connect import StripeAccountsGateway
from local.dynamodb.database_server import DatabaseEndpoint
from local.stripe_double import StripeDouble, create_double
from tests.harness.shop import OWNER, START, Shop, items_of
from tests.stripe_double.conftest import serve

KEY = "sk_test_local"


class DoubleShop(Shop):
    """A shop and the double that it is paid through."""

    def __init__(self, double: StripeDouble, url: str) -> None:
        super().__init__()
        self.double = double
        self.api = client(KEY, url)
        self.accounts: list[str | None] = [None]
        self.orders_made: list[OrderRecord] = []
        self._seen: set[str] = set()
        self._collected: list[tuple[str, str | None]] = []
        wired: Any = self.services.payments
        wired.stripe = StripeGateway(secret_key=KEY, api_base=url)
        wired.stripe_accounts = StripeAccountsGateway(secret_key=KEY, api_base=url)

    def connect_account(self) -> str:
        """The event has an account of its own at Stripe, ready to be paid; its id."""
        account, _ = self.services.payments.connect_account.connect_stripe_account(self.event_id, caller=OWNER)
        self.double.onboard(account.id)
        self.services.payments.connect_account.refresh_stripe_account(account.id)
        self.accounts.append(account.id)
        return account.id

    def pass_time(self, seconds: float = 60) -> None:
        """Time passes, at Stripe too."""
        self.clock.seconds += seconds
        self.double.tick()

    def paid_order(self, quantity: int = 2, **price: Any) -> OrderRecord:
        """An order that was paid, heard of, and whose fee is known."""
        record = self.order((self.ticket(5, **price), quantity))
        self.orders_made.append(record)
        self.double.pay(self.checkout(record))
        self.settle()
        return self.record(record)

    def settle(self) -> None:
        """Time passes and everything that Stripe tells has its effects."""
        self.pass_time()
        self.collect()
        self.bring()

    def collect(self) -> None:
        """Take the events that are new, oldest first."""
        for account in self.accounts:
            found = self.api.v1.events.list({"limit": 100}, {"stripe_account": account} if account else {}).data
            for event in reversed(found):
                if event.id not in self._seen:
                    self._seen.add(event.id)
                    self._collected.append((json.dumps(event.to_dict()), account))

    def bring(self) -> None:
        """The inbox stream brings what was collected."""
        for payload, account in self._collected:
            self.services.payments.receive_webhook.store_fetched_event(payload, account=account)
            place = f"STRIPE_EVENT#{json.loads(payload)['id']}"
            (item,) = [one for one in items_of("StripeInboxTable", "INBOX") if one.pk == place]
            change = Change(ChangeKind.CREATED, "INBOX", place, None, item.attribute_values)
            self.services.payments.dispatch_stripe_events.on_changes([change])
        self._collected.clear()

    def charge_record(self, record: OrderRecord) -> Charge:
        """The charge that an order rests on, as we keep it."""
        found = self.services.orders.store.load_charge(record.id, str(self.record(record).facts.charge_id))
        assert found is not None
        return found


@pytest.fixture
def double_shop(database: DatabaseEndpoint) -> Iterator[DoubleShop]:
    """A shop over an empty database, paid through the double."""
    held: list[DoubleShop] = []

    def now() -> float:
        return held[0].clock.now() if held else START

    for double, url in serve(lambda url: create_double(None, url, "", "whsec_test", clock=now)):
        held.append(DoubleShop(double, url))
        yield held[0]
