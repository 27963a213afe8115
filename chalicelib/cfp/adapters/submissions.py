"""Stores submissions. Implements the port `Submissions`.

A submission is one transaction: it writes session and speaker like the content store, and their proposer to the people
table, on condition that the call (calls.py) is open.
"""

from collections.abc import Sequence

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_tables import PeopleTable
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.cfp.adapters import keys as cfp_keys
from chalicelib.cfp.adapters.calls import CallItem
from chalicelib.cfp.domain.submission import Proposer, Submission
from chalicelib.cfp.ports import NotOpen, ProposalChange, SpeakerOvertaken
from chalicelib.content.adapters.writes import add_resource, add_tags, require_references
from chalicelib.content.ports import Missing
from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import Kind, View
from chalicelib.notifications.adapters.writes import add_mail, add_notifications
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.representations.dynamo_items import VersionsItem


class SubmissionItem(PeopleTable):
    """The fact that a user proposed a session."""

    session_id = UnicodeAttribute()
    event_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    speaker_id = UnicodeAttribute()
    created_at = NumberAttribute()


class ProposerItem(PeopleTable):
    """A user who proposed something in an event: as which speaker, and how often."""

    speaker_id = UnicodeAttribute()
    submissions = NumberAttribute()


class DynamoSubmissions:
    """Implements the ports `Submissions`, `Proposers` and `OfEvent` of content/services/delete_parts.py."""

    def delete_all(self, event_id: str) -> None:
        """Deletes one item after the other. A repeated call does nothing."""
        partition, prefix = keys.proposer(event_id, "")
        for proposer in ProposerItem.query(partition, ProposerItem.sk.startswith(prefix), consistent_read=True):
            user, submissions = cfp_keys.submission(proposer.sk.removeprefix(prefix), "")
            for one in SubmissionItem.query(user, SubmissionItem.sk.startswith(submissions), consistent_read=True):
                if one.event_id == event_id:
                    one.delete()
            proposer.delete()

    def load_proposer(self, event_id: str, user_id: str) -> Proposer | None:
        """One GetItem."""
        try:
            item = ProposerItem.get(*keys.proposer(event_id, user_id), consistent_read=True)
        except ProposerItem.DoesNotExist:
            return None
        return Proposer(item.speaker_id, int(item.submissions))

    def has_proposed(self, user_id: str, session_id: str) -> bool:
        """One GetItem. Implements the port `Proposers` of content/services/notify_speakers.py."""
        return self.load_submission(user_id, session_id) is not None

    def load_submission(self, user_id: str, session_id: str) -> Submission | None:
        """One GetItem."""
        try:
            return _revived(SubmissionItem.get(*cfp_keys.submission(user_id, session_id), consistent_read=True))
        except SubmissionItem.DoesNotExist:
            return None

    def list_submissions(self, user_id: str) -> list[Submission]:
        """One Query."""
        partition, prefix = cfp_keys.submission(user_id, "")
        found = SubmissionItem.query(partition, SubmissionItem.sk.startswith(prefix), consistent_read=True)
        return [_revived(item) for item in found]

    def submit(
        self,
        submission: Submission,
        change: ProposalChange,
        *,
        before: Proposer | None,
        notifications: Sequence[Notification],
        mails: Sequence[Mail],
    ) -> None:
        """One transaction of up to ten items and the messages."""
        transaction = Transaction()
        add_notifications(transaction, notifications)
        for mail in mails:
            add_mail(transaction, mail)
        key = cfp_keys.submission(submission.user_id, submission.session_id)
        transaction.put("submission", SubmissionItem(*key, **submission._asdict()), SubmissionItem.pk.does_not_exist())
        submissions = 1 + (before.submissions if before else 0)
        item = ProposerItem(
            *keys.proposer(submission.event_id, submission.user_id),
            speaker_id=submission.speaker_id,
            submissions=submissions,
        )
        transaction.put("proposer", item, still(before))
        _add(transaction, change)
        _commit(transaction)

    def revise(self, change: ProposalChange) -> None:
        """One transaction of up to seven items."""
        transaction = Transaction()
        _add(transaction, change)
        _commit(transaction)


def still(before: Proposer | None) -> Condition:
    """Returns the condition that the stored proposer still equals `before`."""
    if before is None:
        return ProposerItem.pk.does_not_exist()
    same: Condition = (ProposerItem.speaker_id == before.speaker_id) & (ProposerItem.submissions == before.submissions)
    return same


def _add(transaction: Transaction, change: ProposalChange) -> None:
    """Adds session and speaker with the tags of their lists, and the checks that the call is open and the event
    published.
    """
    event_id = change.session.event_id
    is_open = (CallItem.opens_at <= change.now) & (CallItem.closes_at > change.now)
    transaction.check("call", CallItem, keys.call_for_papers(event_id), is_open)
    add_resource(transaction, change.session, expected_tag=change.session_tag)
    kinds = [Kind.SESSIONS]
    if change.speaker is not None:
        add_resource(transaction, change.speaker, expected_tag=change.speaker_tag)
        kinds.append(Kind.SPEAKERS)
    require_references(transaction, event_id, change.references)
    add_tags(transaction, event_id, View.ALL, kinds, change.tag)
    published: Condition = VersionsItem.published == True  # noqa: E712 - a condition, not a comparison
    if change.speaker is not None and change.speaker_public:
        add_tags(transaction, event_id, View.PUBLIC, [Kind.SPEAKERS], change.tag, condition=published, name="call")
    else:
        transaction.check("call", VersionsItem, keys.versions(event_id, View.PUBLIC), published)


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except ConditionLost as lost:
        if "event" in lost.lost:
            raise NotFound from None
        if "call" in lost.lost:
            raise NotOpen from None
        if references := [name for name in lost.lost if name.startswith("reference ")]:
            raise Missing([name.removeprefix("reference ") for name in references]) from None
        raise SpeakerOvertaken from lost


def _revived(item: SubmissionItem) -> Submission:
    return Submission(item.session_id, item.event_id, item.user_id, item.speaker_id, int(item.created_at))
