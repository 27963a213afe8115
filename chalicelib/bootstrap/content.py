"""Events and their parts, accounts, imports, pages.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.bootstrap.sockets import SocketServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.bodies import DynamoBodies
    from chalicelib.services.advising import Advising
    from chalicelib.services.answering import Answering
    from chalicelib.services.calling import Calling
    from chalicelib.services.clearing import Clearing
    from chalicelib.services.hosting import Hosting
    from chalicelib.services.importing import Importing
    from chalicelib.services.inviting import Inviting
    from chalicelib.services.publishing import Publishing
    from chalicelib.services.reading import Reading
    from chalicelib.services.rendering import Rendering
    from chalicelib.services.representing import Representing
    from chalicelib.services.reviewing import Reviewing
    from chalicelib.services.signing_in import SigningIn
    from chalicelib.services.staffing import Staffing
    from chalicelib.services.submitting import Submitting


class ContentServices(SocketServices):
    """Events and their parts, accounts, imports, pages."""

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

        return Publishing(DynamoContentStore(), self.authorising, self.clock, self.ids, lambda: self._advising)

    @cached_property
    def _advising(self) -> Advising:
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.submission_store import DynamoSubmissions
        from chalicelib.services.advising import Advising

        return Advising(
            DynamoContentStore(),
            DynamoSubmissions(),
            self.preferring,
            self._contacts,
            self.clock,
            public_url=self.config.public_url,
        )

    @cached_property
    def reviewing(self) -> Reviewing:
        """Decisions about proposals."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.services.reviewing import Reviewing

        return Reviewing(DynamoContentStore(), self._advising, self.authorising, self.clock, self.ids)

    @cached_property
    def calling(self) -> Calling:
        """Calls for papers."""
        from chalicelib.adapters.dynamo.submission_store import DynamoCalls
        from chalicelib.services.calling import Calling

        return Calling(DynamoCalls(), self._representations, self.authorising, self.clock, self.ids)

    @cached_property
    def submitting(self) -> Submitting:
        """Proposals as people make them."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.staff import DynamoStaff
        from chalicelib.adapters.dynamo.submission_store import DynamoSubmissions
        from chalicelib.services.heralding import Heralding
        from chalicelib.services.submitting import Submitting

        told = self.preferring, self._contacts, self.clock
        return Submitting(
            store=DynamoContentStore(),
            submissions=DynamoSubmissions(),
            stored=self._representations,
            contacts=self._contacts,
            heralding=Heralding(lambda: DynamoStaff(self._queries), *told, public_url=self.config.public_url),
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def hosting(self) -> Hosting:
        """Writes of events."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.people_store import DynamoPeopleStore
        from chalicelib.services.hosting import Hosting

        def on_sale(event_id: str) -> list[str]:
            return [one.id for one in self._sales_view.ticket_types(event_id, consistent=True)]

        return Hosting(
            store=DynamoContentStore(),
            hosts=DynamoPeopleStore(),
            on_sale=on_sale,
            stored=self._representations,
            authorising=self.authorising,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def _invited(self) -> dict[str, Any]:
        """What both sides of an invitation work with."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.invite_store import DynamoInvites, DynamoRoster
        from chalicelib.services.inviting import AccountForms
        from chalicelib.services.signing_in import new_account, revive_account

        return {
            "invites": DynamoInvites(),
            "roster": DynamoRoster(self._queries),
            "accounts": self._people,
            "forms": AccountForms(revive_account, new_account),
            "programme": DynamoContentStore(),
            "clock": self.clock,
        }

    def _link_keys(self) -> list[bytes]:
        """What links of invitations are signed with: the first. All of them count."""
        return [secret.encode() for secret in self._token_keys.values()]

    @cached_property
    def inviting(self) -> Inviting:
        """Invitations as staff send them."""
        from chalicelib.services.bidding import Bidding
        from chalicelib.services.inviting import Inviting

        bidding = Bidding(self.preferring, self._link_keys, self.clock, public_url=self.config.public_url)
        return Inviting(**self._invited, authorising=self.authorising, bidding=bidding)

    @cached_property
    def answering(self) -> Answering:
        """Invitations as invited people answer them."""
        from chalicelib.adapters.dynamo.submission_store import DynamoSubmissions
        from chalicelib.services.answering import Answering
        from chalicelib.services.appearing import Appearing

        appearing = Appearing(self._invited["programme"], DynamoSubmissions(), self.clock, self.ids)
        return Answering(**self._invited, appearing=appearing, keys=self._link_keys)

    @cached_property
    def staffing(self) -> Staffing:
        """Staff of an event."""
        from chalicelib.services.signing_in import revive_account
        from chalicelib.services.staffing import Staffing

        return Staffing(self._invited["roster"], self._people, revive_account, self.authorising)

    @cached_property
    def signing_in(self) -> SigningIn:
        """Accounts and sign-ins."""
        from chalicelib.adapters.passwords import Argon2Passwords
        from chalicelib.services.signing_in import SigningIn

        return SigningIn(
            store=self._people,
            mailboxes=lambda: self.suppressing,
            passwords=Argon2Passwords(),
            tokens=self.tokens,
            clock=self.clock,
            ids=self.ids,
            public_url=self.config.public_url,
            admins=self.administrators,
        )

    @cached_property
    def importing(self) -> Importing:
        """Archives become events."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.import_store import DynamoImports
        from chalicelib.services.importing import Importing

        return Importing(DynamoImports(), DynamoContentStore(), self.clock, self.ids, lambda: self.signalling)

    @cached_property
    def clearing(self) -> Clearing:
        """Leftovers of deleted events."""
        from chalicelib.adapters.dynamo.leftovers import DynamoLeftovers
        from chalicelib.services.clearing import Clearing

        return Clearing(DynamoLeftovers())

    @cached_property
    def rendering(self) -> Rendering:
        """Pages."""
        from chalicelib.pages.website import Website
        from chalicelib.services.rendering import Rendering

        def bodies() -> DynamoBodies:
            from chalicelib.adapters.dynamo.bodies import DynamoBodies

            return DynamoBodies()

        return Rendering(
            stored=self._representations,
            bodies=bodies,
            sales=self._sales_view,
            clock=self.clock,
            website=Website(self.config.public_url, self.config.website),
        )
