"""Wires check-in at events: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.check_in.adapters.dynamo import DynamoAdmissions
    from chalicelib.check_in.adapters.reads import DynamoGateView
    from chalicelib.check_in.services.check_people_in import CheckPeopleIn
    from chalicelib.check_in.services.push_counts import PushCounts
    from chalicelib.check_in.services.read_check_ins import ReadCheckIns


class CheckInWiring:
    """The adapters and services of check-in at events."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def store(self) -> DynamoAdmissions:
        from chalicelib.check_in.adapters.dynamo import DynamoAdmissions

        return DynamoAdmissions()

    @cached_property
    def view(self) -> DynamoGateView:
        from chalicelib.check_in.adapters.reads import DynamoGateView

        return DynamoGateView(self._services.aws.reader, self._services.aws.queries)

    @cached_property
    def check_people_in(self) -> CheckPeopleIn:
        from chalicelib.check_in.services.check_people_in import CheckPeopleIn

        return CheckPeopleIn(
            orders=self._services.orders.store,
            admissions=self.store,
            view=self.view,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
        )

    @cached_property
    def read_check_ins(self) -> ReadCheckIns:
        """Lists who was checked in."""
        from chalicelib.check_in.services.read_check_ins import ReadCheckIns

        return ReadCheckIns(
            admissions=self.store,
            view=self.view,
            sales=self._services.catalog.view,
            authorise=self._services.accounts.authorise,
            key=self._services.keys.cursor_key,
        )

    @cached_property
    def push_counts(self) -> PushCounts:
        """Sends the counts of the gate to the sockets of staff."""
        from chalicelib.check_in.services.push_counts import PushCounts

        return PushCounts(read_check_ins=self.read_check_ins, view=self.view, sockets=self._services.live.sockets)
