"""Lets staff open, change and end an event's call for papers. Called by routes/proposals.py. representations/read.py
reads calls; cfp/services/announce_call.py announces them.
"""

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.cfp.domain.call_for_papers import CallFields, CallForPapers
from chalicelib.cfp.ports import Calls, CallTimes
from chalicelib.content.services.edit_programme import as_fields, sanitised
from chalicelib.core.errors import NotFound, PreconditionFailed, PreconditionRequired
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.preconditions import Match, require_match
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.representations.ports import Representations
from chalicelib.representations.represent import Representation, represent
from chalicelib.representations.stored import StoredCall


class EditCall:
    def __init__(self, calls: Calls, stored: Representations, authorise: Authorise, clock: Clock, ids: Ids) -> None:
        self._calls = calls
        self._stored = stored
        self._authorise = authorise
        self._clock = clock
        self._ids = ids

    def put_call(
        self, event_id: str, fields: CallFields, *, caller: Principal, match: Match
    ) -> tuple[Representation, bool]:
        """Writes the call and returns it, and whether it is new. The first call needs no tag; a later one needs the tag
        of the version that it replaces. Raises NotFound, Forbidden, InvalidInput, PreconditionRequired and
        PreconditionFailed.
        """
        self._authorise.require(caller, event_id, Action.EDIT_EVENT)
        stored = self._current(event_id)
        if stored is not None:
            require_match(match, etag=stored.etag, body=stored.body)
        elif match is not None:
            raise PreconditionFailed
        fields = sanitised(fields, ("announcement",))
        now = self._clock.now()
        made = represent(CallForPapers(**as_fields(fields), updated_at=moment(now)))
        opens_at, closes_at = int(fields.opens_at.timestamp()), int(fields.closes_at.timestamp())
        times = CallTimes(opens_at, closes_at, due={max(opens_at, int(now)), closes_at})
        held = stored.etag if stored else None
        try:
            self._calls.put(event_id, made, times, expected_tag=held, tag=self._ids.new_id())
        except PreconditionFailed:
            if stored is None:
                raise PreconditionRequired from None
            raise
        return made, stored is None

    def create_call(self, event_id: str, fields: CallFields, *, caller: Principal) -> Representation:
        """Creates a call (`If-None-Match: *`). Raises what `put_call` raises, and PreconditionFailed when a call
        exists.
        """
        self._authorise.require(caller, event_id, Action.EDIT_EVENT)
        stored = self._current(event_id)
        if stored is not None:
            raise PreconditionFailed(etag=stored.etag, body=stored.body)
        return self.put_call(event_id, fields, caller=caller, match=None)[0]

    def delete_call(self, event_id: str, *, caller: Principal, match: Match) -> None:
        """Deletes the call; its proposals stay. Raises NotFound, Forbidden, PreconditionRequired and
        PreconditionFailed.
        """
        self._authorise.require(caller, event_id, Action.EDIT_EVENT)
        stored = self._current(event_id)
        if stored is None:
            raise NotFound
        require_match(match, etag=stored.etag, body=stored.body)
        self._calls.delete(event_id, expected_tag=stored.etag, tag=self._ids.new_id())

    def _current(self, event_id: str) -> StoredCall | None:
        return self._stored.call_for_papers(event_id, consistent=True)
