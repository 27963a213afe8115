"""Calls for papers and proposals: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.cfp.adapters.dynamo import DynamoCalls, DynamoSubmissions
    from chalicelib.cfp.services.announce_call import Opening
    from chalicelib.cfp.services.delete_proposals import DeleteProposals
    from chalicelib.cfp.services.edit_call import Calling
    from chalicelib.cfp.services.review_proposal import Reviewing
    from chalicelib.cfp.services.submit_proposal import Submitting


class CfpWiring:
    """Calls for papers and proposals."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def calls(self) -> DynamoCalls:
        from chalicelib.cfp.adapters.dynamo import DynamoCalls

        return DynamoCalls()

    @cached_property
    def submissions(self) -> DynamoSubmissions:
        from chalicelib.cfp.adapters.dynamo import DynamoSubmissions

        return DynamoSubmissions()

    @cached_property
    def review_proposal(self) -> Reviewing:
        """Decisions about proposals."""
        from chalicelib.cfp.services.review_proposal import Reviewing

        return Reviewing(
            self._services.content.store,
            self._services.content.notify_speakers,
            self._services.accounts.authorise,
            self._services.clock,
            self._services.ids,
        )

    @cached_property
    def edit_call(self) -> Calling:
        """Calls for papers."""
        from chalicelib.cfp.services.edit_call import Calling

        return Calling(
            self.calls,
            self._services.representations.stored,
            self._services.accounts.authorise,
            self._services.clock,
            self._services.ids,
        )

    @cached_property
    def submit_proposal(self) -> Submitting:
        """Proposals as people make them."""
        from chalicelib.cfp.services.notify_reviewers import Heralding
        from chalicelib.cfp.services.submit_proposal import Submitting

        told = self._services.notifications.channels, self._services.accounts.contacts, self._services.clock
        return Submitting(
            store=self._services.content.store,
            submissions=self.submissions,
            stored=self._services.representations.stored,
            contacts=self._services.accounts.contacts,
            heralding=Heralding(
                lambda: self._services.accounts.roles, *told, public_url=self._services.config.public_url
            ),
            clock=self._services.clock,
            ids=self._services.ids,
        )

    @cached_property
    def announce_call(self) -> Opening:
        """Calls for papers that come to be open."""
        from chalicelib.cfp.services.announce_call import Opening

        return Opening(
            stored=self._services.representations.stored,
            calls=self.calls,
            announcements=self._services.announcements.store,
            index=self._services.mail.due_index,
            clock=self._services.clock,
            ids=self._services.ids,
        )

    @cached_property
    def delete_proposals(self) -> DeleteProposals:
        from chalicelib.cfp.services.delete_proposals import DeleteProposals

        return DeleteProposals(self.submissions)
