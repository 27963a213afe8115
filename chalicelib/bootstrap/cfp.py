"""Wires calls for papers and proposals: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.cfp.adapters.calls import DynamoCalls
    from chalicelib.cfp.adapters.submissions import DynamoSubmissions
    from chalicelib.cfp.services.announce_call import AnnounceCall
    from chalicelib.cfp.services.edit_call import EditCall
    from chalicelib.cfp.services.review_proposal import ReviewProposal
    from chalicelib.cfp.services.submit_proposal import SubmitProposal
    from chalicelib.content.services.delete_parts import DeleteParts


class CfpWiring:
    """The adapters and services of calls for papers and proposals."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def calls(self) -> DynamoCalls:
        from chalicelib.cfp.adapters.calls import DynamoCalls

        return DynamoCalls()

    @cached_property
    def submissions(self) -> DynamoSubmissions:
        from chalicelib.cfp.adapters.submissions import DynamoSubmissions

        return DynamoSubmissions()

    @cached_property
    def review_proposal(self) -> ReviewProposal:
        """Records decisions about proposals."""
        from chalicelib.cfp.services.review_proposal import ReviewProposal

        return ReviewProposal(
            self._services.content.programme,
            self._services.content.notify_speakers,
            self._services.accounts.authorise,
            self._services.clock,
            self._services.ids,
        )

    @cached_property
    def edit_call(self) -> EditCall:
        """Creates, changes and deletes calls for papers."""
        from chalicelib.cfp.services.edit_call import EditCall

        return EditCall(
            self.calls,
            self._services.representations.stored,
            self._services.accounts.authorise,
            self._services.clock,
            self._services.ids,
        )

    @cached_property
    def submit_proposal(self) -> SubmitProposal:
        """Creates, changes and withdraws proposals."""
        from chalicelib.cfp.services.notify_reviewers import NotifyReviewers
        from chalicelib.cfp.services.submit_proposal import SubmitProposal

        told = self._services.notifications.choose_channels, self._services.accounts.contacts, self._services.clock
        return SubmitProposal(
            store=self._services.content.programme,
            submissions=self.submissions,
            stored=self._services.representations.stored,
            contacts=self._services.accounts.contacts,
            notify_reviewers=NotifyReviewers(
                lambda: self._services.accounts.roles, *told, public_url=self._services.config.public_url
            ),
            clock=self._services.clock,
            ids=self._services.ids,
        )

    @cached_property
    def announce_call(self) -> AnnounceCall:
        """Notifies people when a call for papers opens."""
        from chalicelib.cfp.services.announce_call import AnnounceCall

        return AnnounceCall(
            stored=self._services.representations.stored,
            calls=self.calls,
            announcements=self._services.announcements.store,
            index=self._services.mail.due_index,
            clock=self._services.clock,
            ids=self._services.ids,
        )

    @cached_property
    def delete_proposals(self) -> DeleteParts:
        from chalicelib.content.services.delete_parts import DeleteParts

        return DeleteParts(self.submissions)
