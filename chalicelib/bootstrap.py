"""Builds services from adapters, each when first asked for, so that a request loads only what it uses.

The one importer of adapters. Routes, triggers and reactions call `services()`; tests put their own in with `use()`.
"""
# Imports inside the properties are the point of this file: the read path must not load PynamoDB, stripe or msgspec.

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config
from chalicelib.adapters.system import SystemClock, SystemIds

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.bodies import DynamoBodies
    from chalicelib.adapters.dynamo.claims import DynamoClaims
    from chalicelib.adapters.dynamo.connection_store import DynamoConnections
    from chalicelib.adapters.dynamo.credentials import DynamoCredentials
    from chalicelib.adapters.dynamo.notification_store import DynamoCounters, DynamoInbox
    from chalicelib.adapters.dynamo.queries import DynamoQueries
    from chalicelib.adapters.dynamo.reader import DynamoReader
    from chalicelib.adapters.dynamo.representations import DynamoRepresentations
    from chalicelib.adapters.dynamo.sales_store import DynamoOrders
    from chalicelib.adapters.dynamo.sales_view import DynamoSalesView
    from chalicelib.adapters.socket_pusher import SocketPusher
    from chalicelib.ports.payments import Payments
    from chalicelib.services.acknowledging import Acknowledging
    from chalicelib.services.authorising import Authorising
    from chalicelib.services.broadcasting import Broadcasting
    from chalicelib.services.browsing import Browsing
    from chalicelib.services.charging import Charging
    from chalicelib.services.clearing import Clearing
    from chalicelib.services.connecting import Connecting
    from chalicelib.services.hosting import Hosting
    from chalicelib.services.importing import Importing
    from chalicelib.services.mailing import Mailing
    from chalicelib.services.ordering import Ordering
    from chalicelib.services.publishing import Publishing
    from chalicelib.services.reading import Reading
    from chalicelib.services.receiving import Receiving
    from chalicelib.services.releasing import Releasing
    from chalicelib.services.rendering import Rendering
    from chalicelib.services.repeating import Repeating
    from chalicelib.services.representing import Representing
    from chalicelib.services.selling import Selling
    from chalicelib.services.showing import Showing
    from chalicelib.services.signing_in import SigningIn
    from chalicelib.services.telling import Telling


class Services:
    """Everything a route or trigger may use, over one configuration."""

    def __init__(self, settings: config.Config) -> None:
        self.config = settings
        self.clock = SystemClock()
        self.ids = SystemIds()

    @cached_property
    def cursor_key(self) -> bytes:
        """What cursors are signed with."""
        return next(iter(self.config.token_keys.values())).encode()

    @cached_property
    def reader(self) -> DynamoReader:
        """The light DynamoDB client of the read path."""
        from chalicelib.adapters.dynamo.reader import DynamoReader

        return DynamoReader(
            endpoint=self.config.dynamodb_endpoint,
            region=self.config.region,
            table_prefix=self.config.table_prefix,
            credentials=config.credentials,
        )

    @cached_property
    def _representations(self) -> DynamoRepresentations:
        from chalicelib.adapters.dynamo.representations import DynamoRepresentations

        return DynamoRepresentations(self.reader)

    @cached_property
    def reading(self) -> Reading:
        """Conditional GETs of content."""
        from chalicelib.services.reading import Reading

        return Reading(self._representations, lambda: self.representing)

    @cached_property
    def representing(self) -> Representing:
        """Makes list bodies."""
        from chalicelib.adapters.dynamo.bodies import DynamoBodies
        from chalicelib.services.representing import Representing

        return Representing(DynamoBodies(), self.cursor_key)

    @cached_property
    def publishing(self) -> Publishing:
        """Writes of content."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.services.publishing import Publishing

        return Publishing(DynamoContentStore(), self.authorising, self.clock, self.ids)

    @cached_property
    def hosting(self) -> Hosting:
        """Writes of events."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.people_store import DynamoPeopleStore
        from chalicelib.services.hosting import Hosting

        return Hosting(DynamoContentStore(), DynamoPeopleStore(), self.authorising, self.clock, self.ids)

    @cached_property
    def authorising(self) -> Authorising:
        """Who is calling and what they may do."""
        from chalicelib.adapters.dynamo.credentials import DynamoCredentials
        from chalicelib.adapters.tokens import AccessTokens
        from chalicelib.services.authorising import Authorising

        return Authorising(
            AccessTokens(self.config.token_keys, self.config.public_url), DynamoCredentials(self.reader), self.clock
        )

    @cached_property
    def signing_in(self) -> SigningIn:
        """Accounts and sign-ins."""
        from chalicelib.adapters.dynamo.people_store import DynamoPeopleStore
        from chalicelib.adapters.passwords import Argon2Passwords
        from chalicelib.services.signing_in import SigningIn

        return SigningIn(
            store=DynamoPeopleStore(),
            passwords=Argon2Passwords(),
            tokens=self.authorising.tokens,
            clock=self.clock,
            ids=self.ids,
            public_url=self.config.public_url,
        )

    @cached_property
    def importing(self) -> Importing:
        """Archives become events."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.import_store import DynamoImports
        from chalicelib.services.importing import Importing

        return Importing(DynamoImports(), DynamoContentStore(), self.clock, self.ids)

    @cached_property
    def clearing(self) -> Clearing:
        """Leftovers of deleted events."""
        from chalicelib.adapters.dynamo.leftovers import DynamoLeftovers
        from chalicelib.services.clearing import Clearing

        return Clearing(DynamoLeftovers())

    @cached_property
    def repeating(self) -> Repeating:
        """Idempotency-Key."""
        from chalicelib.services.repeating import Repeating

        return Repeating(lambda: self._claims, self.clock, self.ids)

    @cached_property
    def _claims(self) -> DynamoClaims:
        from chalicelib.adapters.dynamo.claims import DynamoClaims

        return DynamoClaims()

    @cached_property
    def _counters(self) -> DynamoCounters:
        from chalicelib.adapters.dynamo.notification_store import DynamoCounters

        return DynamoCounters(self.reader)

    @cached_property
    def _inbox(self) -> DynamoInbox:
        from chalicelib.adapters.dynamo.notification_store import DynamoInbox

        return DynamoInbox()

    @cached_property
    def browsing(self) -> Browsing:
        """The caller's inbox."""
        from chalicelib.services.browsing import Browsing

        return Browsing(self._counters, lambda: self._inbox, self.clock, self.cursor_key)

    @cached_property
    def acknowledging(self) -> Acknowledging:
        """Marks of notifications."""
        from chalicelib.adapters.dynamo.notification_writes import DynamoMarks
        from chalicelib.services.acknowledging import Acknowledging

        return Acknowledging(DynamoMarks(), self._inbox, self.clock)

    @cached_property
    def _connections(self) -> DynamoConnections:
        from chalicelib.adapters.dynamo.connection_store import DynamoConnections

        return DynamoConnections()

    @cached_property
    def _sign_ins(self) -> DynamoCredentials:
        from chalicelib.adapters.dynamo.credentials import DynamoCredentials

        return DynamoCredentials(self.reader)

    @cached_property
    def _pusher(self) -> SocketPusher:
        from chalicelib.adapters.socket_pusher import SocketPusher

        return SocketPusher(region=self.config.region, override=self.config.connections_endpoint)

    @cached_property
    def connecting(self) -> Connecting:
        """Sockets and their tickets."""
        from chalicelib.services.connecting import Connecting

        return Connecting(
            connections=self._connections,
            sign_ins=self._sign_ins,
            counters=self._counters,
            inbox=self._inbox,
            pusher=lambda: self._pusher,
            clock=self.clock,
            ids=self.ids,
            websocket_url=self.config.websocket_url,
        )

    @cached_property
    def broadcasting(self) -> Broadcasting:
        """Pushes to sockets."""
        from chalicelib.services.broadcasting import Broadcasting

        return Broadcasting(self._connections, self._sign_ins, self._counters, self._pusher, self.clock)

    @cached_property
    def mailing(self) -> Mailing:
        """Sends queued mails."""
        from chalicelib.adapters.dynamo.notification_writes import DynamoMails
        from chalicelib.services.mailing import Mailing

        if not self.config.mail_from:
            return Mailing(DynamoMails(), None, self.clock)
        from chalicelib.adapters.ses_mailer import SesMailer

        return Mailing(DynamoMails(), SesMailer(region=self.config.region, sender=self.config.mail_from), self.clock)

    @cached_property
    def _sales_view(self) -> DynamoSalesView:
        from chalicelib.adapters.dynamo.sales_view import DynamoSalesView

        return DynamoSalesView(self.reader, self._queries)

    @cached_property
    def _queries(self) -> DynamoQueries:
        from chalicelib.adapters.dynamo.queries import DynamoQueries

        return DynamoQueries(self.reader, table_prefix=self.config.table_prefix)

    @cached_property
    def _orders(self) -> DynamoOrders:
        from chalicelib.adapters.dynamo.sales_store import DynamoOrders

        return DynamoOrders()

    @cached_property
    def payments(self) -> Payments:
        """Stripe, or its test double."""
        from chalicelib.adapters.stripe_gateway import StripeGateway

        return StripeGateway(secret_key=self.config.stripe_secret_key, api_base=self.config.stripe_api_base)

    @cached_property
    def showing(self) -> Showing:
        """Reads of ticket types, orders and charges."""
        from chalicelib.services.showing import Showing

        return Showing(self._sales_view, self._representations, self.authorising, cursor_key=self.cursor_key)

    @cached_property
    def selling(self) -> Selling:
        """Writes of ticket types."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.ticket_type_store import DynamoTicketTypes
        from chalicelib.services.selling import Selling

        return Selling(
            store=DynamoTicketTypes(),
            view=self._sales_view,
            content=DynamoContentStore(),
            authorising=self.authorising,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def _telling(self) -> Telling:
        from chalicelib.services.telling import Telling

        keys = [secret.encode() for secret in self.config.token_keys.values()]
        return Telling(self._representations, self.clock, keys=keys, public_url=self.config.public_url)

    @cached_property
    def ordering(self) -> Ordering:
        """Orders, from the form to the pay page."""
        from chalicelib.services.holding import Holding
        from chalicelib.services.ordering import Ordering

        return Ordering(
            view=self._sales_view,
            representations=self._representations,
            orders=self._orders,
            holding=Holding(self._sales_view, self._orders),
            payments=lambda: self.payments,
            telling=self._telling,
            authorising=self.authorising,
            clock=self.clock,
            key=self.cursor_key,
            hold_seconds=self.config.order_hold_seconds,
            public_url=self.config.public_url,
        )

    @cached_property
    def charging(self) -> Charging:
        """Payments become charges and paid orders."""
        from chalicelib.services.charging import Charging

        return Charging(
            orders=self._orders,
            view=self._sales_view,
            payments=lambda: self.payments,
            telling=self._telling,
            clock=self.clock,
            livemode=self.config.livemode,
        )

    @cached_property
    def releasing(self) -> Releasing:
        """Ends of unpaid orders."""
        from chalicelib.adapters.dynamo.sales_store import DynamoHolds
        from chalicelib.services.releasing import Releasing

        return Releasing(
            orders=self._orders,
            holds=DynamoHolds(self._queries),
            ordering=self.ordering,
            charging=self.charging,
            payments=lambda: self.payments,
            clock=self.clock,
            hold_seconds=self.config.order_hold_seconds,
        )

    @cached_property
    def receiving(self) -> Receiving:
        """Webhook intake; light."""
        from chalicelib.adapters.dynamo.inbox_store import DynamoInbox
        from chalicelib.adapters.dynamo.writer import DynamoWriter
        from chalicelib.adapters.webhook_signature import is_signed
        from chalicelib.services.receiving import Receiving

        writer = DynamoWriter(self.reader, table_prefix=self.config.table_prefix)
        return Receiving(
            DynamoInbox(writer),
            is_signed,
            self.clock,
            secrets=self.config.stripe_webhook_secrets,
            livemode=self.config.livemode,
        )

    @cached_property
    def rendering(self) -> Rendering:
        """Pages."""
        from chalicelib.services.rendering import Rendering

        def bodies() -> DynamoBodies:
            from chalicelib.adapters.dynamo.bodies import DynamoBodies

            return DynamoBodies()

        return Rendering(
            stored=self._representations,
            bodies=bodies,
            sales=self._sales_view,
            clock=self.clock,
            public_url=self.config.public_url,
        )


_services: Services | None = None


def services() -> Services:
    """The services of this process, built from the environment when first asked for. Raises Misconfigured."""
    global _services  # noqa: PLW0603 - one per process, like the Lambda container it lives in
    if _services is None:
        _services = Services(config.load())
    return _services


def use(services: Services | None) -> None:
    """Put other services in (tests), or None to build them again from the environment."""
    global _services  # noqa: PLW0603
    _services = services
