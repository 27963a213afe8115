"""Builds services from adapters, each at its first use, so that a request loads only what it needs.

The one importer of adapters. `Services` has one late property for each context; the module of that name in this folder
builds what the context offers. Routes, triggers and reactions call `services()`; tests replace it with `use()`.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config, telemetry
from chalicelib.system import SystemClock, SystemIds

if TYPE_CHECKING:
    from chalicelib.bootstrap.accounts import AccountsWiring
    from chalicelib.bootstrap.announcements import AnnouncementsWiring
    from chalicelib.bootstrap.aws import AwsWiring
    from chalicelib.bootstrap.catalog import CatalogWiring
    from chalicelib.bootstrap.cfp import CfpWiring
    from chalicelib.bootstrap.check_in import CheckInWiring
    from chalicelib.bootstrap.content import ContentWiring
    from chalicelib.bootstrap.exchange import ExchangeWiring
    from chalicelib.bootstrap.idempotency import IdempotencyWiring
    from chalicelib.bootstrap.keys import KeysWiring
    from chalicelib.bootstrap.live import LiveWiring
    from chalicelib.bootstrap.mail import MailWiring
    from chalicelib.bootstrap.notifications import NotificationsWiring
    from chalicelib.bootstrap.orders import OrdersWiring
    from chalicelib.bootstrap.payments import PaymentsWiring
    from chalicelib.bootstrap.push import PushWiring
    from chalicelib.bootstrap.reports import ReportsWiring
    from chalicelib.bootstrap.representations import RepresentationsWiring
    from chalicelib.bootstrap.team import TeamWiring
    from chalicelib.bootstrap.tickets import TicketsWiring
    from chalicelib.bootstrap.waiting_list import WaitingListWiring
    from chalicelib.bootstrap.website import WebsiteWiring


class Services:
    """Everything that a route or trigger may use, for one configuration. Tests set another clock, ids or sleep."""

    def __init__(self, settings: config.Config) -> None:
        self.config = settings
        self.clock = SystemClock()
        self.ids = SystemIds()
        self.sleep = time.sleep

    @cached_property
    def aws(self) -> AwsWiring:
        from chalicelib.bootstrap.aws import AwsWiring

        return AwsWiring(self)

    @cached_property
    def keys(self) -> KeysWiring:
        from chalicelib.bootstrap.keys import KeysWiring

        return KeysWiring(self)

    @cached_property
    def representations(self) -> RepresentationsWiring:
        from chalicelib.bootstrap.representations import RepresentationsWiring

        return RepresentationsWiring(self)

    @cached_property
    def idempotency(self) -> IdempotencyWiring:
        from chalicelib.bootstrap.idempotency import IdempotencyWiring

        return IdempotencyWiring(self)

    @cached_property
    def accounts(self) -> AccountsWiring:
        from chalicelib.bootstrap.accounts import AccountsWiring

        return AccountsWiring(self)

    @cached_property
    def notifications(self) -> NotificationsWiring:
        from chalicelib.bootstrap.notifications import NotificationsWiring

        return NotificationsWiring(self)

    @cached_property
    def mail(self) -> MailWiring:
        from chalicelib.bootstrap.mail import MailWiring

        return MailWiring(self)

    @cached_property
    def push(self) -> PushWiring:
        from chalicelib.bootstrap.push import PushWiring

        return PushWiring(self)

    @cached_property
    def live(self) -> LiveWiring:
        from chalicelib.bootstrap.live import LiveWiring

        return LiveWiring(self)

    @cached_property
    def content(self) -> ContentWiring:
        from chalicelib.bootstrap.content import ContentWiring

        return ContentWiring(self)

    @cached_property
    def exchange(self) -> ExchangeWiring:
        from chalicelib.bootstrap.exchange import ExchangeWiring

        return ExchangeWiring(self)

    @cached_property
    def cfp(self) -> CfpWiring:
        from chalicelib.bootstrap.cfp import CfpWiring

        return CfpWiring(self)

    @cached_property
    def team(self) -> TeamWiring:
        from chalicelib.bootstrap.team import TeamWiring

        return TeamWiring(self)

    @cached_property
    def website(self) -> WebsiteWiring:
        from chalicelib.bootstrap.website import WebsiteWiring

        return WebsiteWiring(self)

    @cached_property
    def catalog(self) -> CatalogWiring:
        from chalicelib.bootstrap.catalog import CatalogWiring

        return CatalogWiring(self)

    @cached_property
    def orders(self) -> OrdersWiring:
        from chalicelib.bootstrap.orders import OrdersWiring

        return OrdersWiring(self)

    @cached_property
    def tickets(self) -> TicketsWiring:
        from chalicelib.bootstrap.tickets import TicketsWiring

        return TicketsWiring(self)

    @cached_property
    def check_in(self) -> CheckInWiring:
        from chalicelib.bootstrap.check_in import CheckInWiring

        return CheckInWiring(self)

    @cached_property
    def waiting_list(self) -> WaitingListWiring:
        from chalicelib.bootstrap.waiting_list import WaitingListWiring

        return WaitingListWiring(self)

    @cached_property
    def payments(self) -> PaymentsWiring:
        from chalicelib.bootstrap.payments import PaymentsWiring

        return PaymentsWiring(self)

    @cached_property
    def reports(self) -> ReportsWiring:
        from chalicelib.bootstrap.reports import ReportsWiring

        return ReportsWiring(self)

    @cached_property
    def announcements(self) -> AnnouncementsWiring:
        from chalicelib.bootstrap.announcements import AnnouncementsWiring

        return AnnouncementsWiring(self)


def is_overload(error: BaseException) -> bool:
    """Whether an exception means that the database was too busy or did not answer."""
    from chalicelib.aws import dynamo_errors as overload

    return overload.is_overload(error)


_services: Services | None = None


def services() -> Services:
    """Returns the services of this process, built from the environment at the first call. Raises Misconfigured."""
    global _services  # noqa: PLW0603 - one per process, like the Lambda container it lives in
    if _services is None:
        _services = Services(config.load())
        telemetry.use_stage(_services.config.stage)
    return _services


def use(services: Services | None) -> None:
    """Replaces the services (tests). None: the next call of `services` builds them from the environment again."""
    global _services  # noqa: PLW0603
    _services = services
