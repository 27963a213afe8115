"""Builds services from adapters, each when first asked for, so that a request loads only what it uses.

The one importer of adapters. Routes, triggers and reactions call `services()`; tests put their own in with `use()`.
"""

from __future__ import annotations

from chalicelib import config, telemetry
from chalicelib.bootstrap.announcements import AnnouncementServices
from chalicelib.bootstrap.content import ContentServices
from chalicelib.bootstrap.limits import LimitServices
from chalicelib.bootstrap.listings import ListingServices
from chalicelib.bootstrap.live import LiveServices


class Services(ContentServices, LimitServices, ListingServices, LiveServices, AnnouncementServices):
    """Everything a route or trigger may use, over one configuration."""


def is_overload(error: BaseException) -> bool:
    """Whether an exception means that the database was too busy, or did not answer."""
    from chalicelib.adapters.dynamo import overload

    return overload.is_overload(error)


_services: Services | None = None


def services() -> Services:
    """The services of this process, built from the environment when first asked for. Raises Misconfigured."""
    global _services  # noqa: PLW0603 - one per process, like the Lambda container it lives in
    if _services is None:
        _services = Services(config.load())
        telemetry.use_stage(_services.config.stage)
    return _services


def use(services: Services | None) -> None:
    """Put other services in (tests), or None to build them again from the environment."""
    global _services  # noqa: PLW0603
    _services = services
