"""Roles of an event and invitations: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.team.adapters.dynamo import DynamoInvites, DynamoRoster
    from chalicelib.team.services.answer_invitation import Answering
    from chalicelib.team.services.delete_members import DeleteMembers
    from chalicelib.team.services.invite import AccountForms, Inviting
    from chalicelib.team.services.members import Staffing


class TeamWiring:
    """Roles of an event and invitations."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def invitations(self) -> DynamoInvites:
        from chalicelib.team.adapters.dynamo import DynamoInvites

        return DynamoInvites()

    @cached_property
    def roster(self) -> DynamoRoster:
        from chalicelib.team.adapters.dynamo import DynamoRoster

        return DynamoRoster(self._services.aws.queries)

    @cached_property
    def forms(self) -> AccountForms:
        """How an account is written down and read."""
        from chalicelib.accounts.services.sign_in import new_account, revive_account
        from chalicelib.team.services.invite import AccountForms

        return AccountForms(revive_account, new_account)

    @cached_property
    def invite(self) -> Inviting:
        """Invitations as staff send them."""
        from chalicelib.team.services.invitation_messages import Bidding
        from chalicelib.team.services.invite import Inviting

        bidding = Bidding(
            self._services.notifications.channels,
            self._services.keys.link_keys,
            self._services.clock,
            public_url=self._services.config.public_url,
        )
        return Inviting(
            invites=self.invitations,
            roster=self.roster,
            accounts=self._services.accounts.store,
            forms=self.forms,
            programme=self._services.content.store,
            clock=self._services.clock,
            authorising=self._services.accounts.authorise,
            bidding=bidding,
        )

    @cached_property
    def answer_invitation(self) -> Answering:
        """Invitations as invited people answer them."""
        from chalicelib.cfp.services.add_speaker import Appearing
        from chalicelib.team.services.answer_invitation import Answering

        appearing = Appearing(
            self._services.content.store, self._services.cfp.submissions, self._services.clock, self._services.ids
        )
        return Answering(
            invites=self.invitations,
            roster=self.roster,
            accounts=self._services.accounts.store,
            forms=self.forms,
            programme=self._services.content.store,
            clock=self._services.clock,
            appearing=appearing,
            keys=self._services.keys.link_keys,
        )

    @cached_property
    def members(self) -> Staffing:
        """Staff of an event."""
        from chalicelib.accounts.services.sign_in import revive_account
        from chalicelib.team.services.members import Staffing

        return Staffing(self.roster, self._services.accounts.store, revive_account, self._services.accounts.authorise)

    @cached_property
    def delete_members(self) -> DeleteMembers:
        from chalicelib.team.services.delete_members import DeleteMembers

        return DeleteMembers(roles=self.roster, invitations=self.invitations)
