"""Ticket types, orders, tickets.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bootstrap.mail import MailServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.admission_store import DynamoAdmissions
    from chalicelib.adapters.dynamo.code_store import DynamoCodes
    from chalicelib.adapters.dynamo.gate_view import DynamoGateView
    from chalicelib.adapters.dynamo.sales_store import DynamoOrders
    from chalicelib.adapters.dynamo.staff import DynamoStaff
    from chalicelib.services.admitting import Admitting
    from chalicelib.services.attending import Attending
    from chalicelib.services.disclosing import Disclosing
    from chalicelib.services.drafting import Drafting
    from chalicelib.services.holding import Holding
    from chalicelib.services.issuing import Issuing
    from chalicelib.services.ordering import Ordering
    from chalicelib.services.redeeming import Redeeming
    from chalicelib.services.selling import Selling
    from chalicelib.services.showing import Showing
    from chalicelib.services.telling import Telling


class SalesServices(MailServices):
    """Ticket types, orders, tickets."""

    @cached_property
    def _orders(self) -> DynamoOrders:
        from chalicelib.adapters.dynamo.sales_store import DynamoOrders

        return DynamoOrders()

    @cached_property
    def _telling(self) -> Telling:
        from chalicelib.services.telling import Telling

        def keys() -> list[bytes]:
            return [secret.encode() for secret in self._token_keys.values()]

        return Telling(
            self._representations,
            lambda: self._staff,
            self.clock,
            preferring=self.preferring,
            contacts=self._contacts,
            keys=keys,
            public_url=self.config.public_url,
        )

    @cached_property
    def _staff(self) -> DynamoStaff:
        from chalicelib.adapters.dynamo.staff import DynamoStaff

        return DynamoStaff(self._queries)

    @cached_property
    def showing(self) -> Showing:
        """Reads of ticket types, orders and charges."""
        from chalicelib.services.showing import Showing

        return Showing(self._sales_view, self._representations, cursor_key=self.cursor_key)

    @cached_property
    def disclosing(self) -> Disclosing:
        """Reads of an order, its charges and refunds."""
        from chalicelib.services.disclosing import Disclosing

        return Disclosing(self._sales_view, self.authorising)

    @cached_property
    def selling(self) -> Selling:
        """Writes of ticket types."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.ticket_type_store import DynamoTicketTypes
        from chalicelib.services.selling import Selling

        return Selling(
            store=DynamoTicketTypes(),
            view=self._sales_view,
            codes=self._codes,
            content=DynamoContentStore(),
            authorising=self.authorising,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def _holding(self) -> Holding:
        from chalicelib.services.holding import Holding

        return Holding(self._sales_view, self._orders)

    @cached_property
    def _codes(self) -> DynamoCodes:
        from chalicelib.adapters.dynamo.code_store import DynamoCodes

        return DynamoCodes()

    @cached_property
    def redeeming(self) -> Redeeming:
        """What codes are good for."""
        from chalicelib.adapters.dynamo.people_store import DynamoPeopleStore
        from chalicelib.services.redeeming import Redeeming

        return Redeeming(self._codes, DynamoPeopleStore(), self.clock)

    @cached_property
    def _drafting(self) -> Drafting:
        from chalicelib.services.drafting import Drafting

        return Drafting(self.ids, self.cursor_key)

    @cached_property
    def ordering(self) -> Ordering:
        """Orders, from the form to the pay page."""
        from chalicelib.services.ordering import Ordering

        return Ordering(
            view=self._sales_view,
            representations=self._representations,
            orders=self._orders,
            holding=self._holding,
            redeeming=self.redeeming,
            drafting=self._drafting,
            telling=self._telling,
            authorising=self.authorising,
            clock=self.clock,
            hold_seconds=self.config.order_hold_seconds,
        )

    @cached_property
    def _admissions(self) -> DynamoAdmissions:
        from chalicelib.adapters.dynamo.admission_store import DynamoAdmissions

        return DynamoAdmissions()

    @cached_property
    def _gate_view(self) -> DynamoGateView:
        from chalicelib.adapters.dynamo.gate_view import DynamoGateView

        return DynamoGateView(self._reader, self._queries)

    @cached_property
    def issuing(self) -> Issuing:
        """Tickets of paid orders."""
        from chalicelib.services.issuing import Issuing

        return Issuing(
            orders=self._orders,
            admissions=self._admissions,
            representations=self._representations,
            authorising=self.authorising,
        )

    @cached_property
    def admitting(self) -> Admitting:
        """People come in."""
        from chalicelib.services.admitting import Admitting

        return Admitting(
            orders=self._orders,
            admissions=self._admissions,
            view=self._gate_view,
            authorising=self.authorising,
            clock=self.clock,
        )

    @cached_property
    def attending(self) -> Attending:
        """Who came in."""
        from chalicelib.services.attending import Attending

        return Attending(
            admissions=self._admissions,
            view=self._gate_view,
            sales=self._sales_view,
            authorising=self.authorising,
            key=self.cursor_key,
        )
