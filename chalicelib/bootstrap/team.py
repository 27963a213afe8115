"""Wires staff roles and invitations: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.content.services.delete_parts import DeleteParts
    from chalicelib.team.adapters.dynamo import DynamoInvites, DynamoRoster
    from chalicelib.team.services.answer_invitation import AnswerInvitation
    from chalicelib.team.services.invite_people import InvitePeople
    from chalicelib.team.services.members import Members


class TeamWiring:
    """The adapters and services of staff roles and invitations."""

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
    def invite_people(self) -> InvitePeople:
        """Sends, lists, resends and revokes invitations."""
        from chalicelib.team.services.invitation_messages import InvitationMessages
        from chalicelib.team.services.invite_people import InvitePeople

        invitation_messages = InvitationMessages(
            self._services.notifications.choose_channels,
            self._services.keys.link_keys,
            self._services.clock,
            public_url=self._services.config.public_url,
        )
        return InvitePeople(
            invites=self.invitations,
            roster=self.roster,
            accounts=self._services.accounts.store,
            attempts=self._services.accounts.attempts,
            programme=self._services.content.programme,
            clock=self._services.clock,
            authorise=self._services.accounts.authorise,
            invitation_messages=invitation_messages,
        )

    @cached_property
    def answer_invitation(self) -> AnswerInvitation:
        """Accepts and declines invitations."""
        from chalicelib.cfp.services.add_speaker import AddSpeaker
        from chalicelib.team.services.answer_invitation import AnswerInvitation

        add_speaker = AddSpeaker(
            self._services.content.programme, self._services.cfp.submissions, self._services.clock, self._services.ids
        )
        return AnswerInvitation(
            invites=self.invitations,
            roster=self.roster,
            accounts=self._services.accounts.store,
            programme=self._services.content.programme,
            clock=self._services.clock,
            add_speaker=add_speaker,
            keys=self._services.keys.link_keys,
        )

    @cached_property
    def members(self) -> Members:
        """Lists and removes the staff of an event."""
        from chalicelib.team.services.members import Members

        return Members(self.roster, self._services.accounts.store, self._services.accounts.authorise)

    @cached_property
    def delete_members(self) -> DeleteParts:
        from chalicelib.content.services.delete_parts import DeleteParts

        return DeleteParts(self.roster, self.invitations)
