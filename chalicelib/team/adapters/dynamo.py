"""Invitations and roles of an event, in the people table. Ports `Invites` and `Roster`.

An invitation stands under its event and the hash of its address and of the session, if it is to one: so an address has
one of each.
"""

from collections.abc import Sequence

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.adapters.items import AccountItem, RoleItem
from chalicelib.accounts.adapters.roles import list_role_holders
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.aws.dynamo_tables import PeopleTable
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.cfp.adapters.submissions import ProposerItem, still
from chalicelib.cfp.ports import Appearance
from chalicelib.content.adapters.writes import add_resource, add_tags
from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import Kind, View
from chalicelib.core.permissions import Role
from chalicelib.core.preconditions import Overtaken
from chalicelib.notifications.adapters.writes import add_mail, add_notifications
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.representations.dynamo_items import ResourceItem
from chalicelib.team.adapters import keys as team_keys
from chalicelib.team.domain.invitation import REMEMBERED_SECONDS, InviteState, StoredInvite
from chalicelib.team.ports import Given


class InviteItem(PeopleTable):
    """An invitation. `until` is when it can be answered no more, `expires_at` when it is forgotten."""

    id = UnicodeAttribute()
    event_id = UnicodeAttribute()
    email = UnicodeAttribute()
    role = UnicodeAttribute(null=True)
    session_id = UnicodeAttribute(null=True)
    invited_by = UnicodeAttribute()
    created_at = NumberAttribute()
    until = NumberAttribute()
    state = UnicodeAttribute()
    answered_by = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class DynamoInvites:
    """Ports `Invites`, and `OfEvent` of content/services/delete_parts.py."""

    def delete_all(self, event_id: str) -> None:
        """One by one; repeating it does nothing."""
        partition, prefix = team_keys.invite(event_id, "")
        for invite in InviteItem.query(partition, InviteItem.sk.startswith(prefix), consistent_read=True):
            invite.delete()

    def put(
        self,
        invite: StoredInvite,
        *,
        before: StoredInvite | None,
        notifications: Sequence[Notification],
        mails: Sequence[Mail],
    ) -> bool:
        """A new invitation; what TTL has removed meanwhile is no other one."""
        condition: Condition = InviteItem.pk.does_not_exist()
        if before is not None:
            same: Condition = (InviteItem.id == before.id) & (InviteItem.until == before.until)
            condition = condition | (same & (InviteItem.state == before.state.value))
        return _write(invite, condition, notifications, mails)

    def renew(self, invite: StoredInvite, *, notifications: Sequence[Notification], mails: Sequence[Mail]) -> bool:
        """The same one, if nobody answered it."""
        return _write(invite, _is_open(invite), notifications, mails)

    def of_event(self, event_id: str) -> list[StoredInvite]:
        """One Query."""
        partition, prefix = team_keys.invite(event_id, "")
        found = InviteItem.query(partition, InviteItem.sk.startswith(prefix), consistent_read=True)
        return [_revived(item) for item in found]

    def answer(self, invite: StoredInvite, *, now: int, user_id: str | None, given: Given) -> None:
        """A transaction of up to nine."""
        sender_role, grant, appearance, proof = given
        transaction = Transaction()
        exists: Condition = ResourceItem.pk.exists()
        transaction.check("event", ResourceItem, keys.event(invite.event_id), exists)
        actions: list[Action] = [InviteItem.state.set(invite.state.value)]
        if user_id is not None:
            actions.append(InviteItem.answered_by.set(user_id))
        transaction.update("invite", InviteItem(*_key(invite)), actions, _is_open(invite) & (InviteItem.until > now))
        if sender_role is not None and (grant is None or invite.invited_by != user_id):
            may: Condition = RoleItem.role == sender_role
            transaction.check("sender", RoleItem, keys.role_in_event(invite.event_id, invite.invited_by), may)
        if grant is not None and user_id is not None:
            before = RoleItem.pk.does_not_exist() if grant.instead_of is None else RoleItem.role == grant.instead_of
            for key in _role_keys(invite.event_id, user_id):
                transaction.put("role", RoleItem(*key, role=grant.role, granted_at=now), before)
        if appearance is not None:
            _add_appearance(transaction, appearance)
        if proof is not None:
            account = proof.account
            proven: list[Action] = [
                AccountItem.verified.set(True),
                AccountItem.etag.set(account.etag),
                AccountItem.body.set(account.body),
            ]
            unchanged = AccountItem.etag == proof.expected_tag
            transaction.update("account", AccountItem(*account_keys.account(account.id)), proven, unchanged)
        _commit(transaction)


class DynamoRoster:
    """Port `Roster`. A role stands twice; both are written together."""

    def __init__(self, queries: DynamoQueries) -> None:
        self._queries = queries

    def holders(self, event_id: str) -> list[tuple[str, str]]:
        """One Query."""
        return list_role_holders(self._queries, event_id)

    def delete_all(self, event_id: str) -> None:
        """A role stands twice, and goes where it is found by its event last, so that a run that was ended finds it
        again.
        """
        for user_id, _ in self.holders(event_id):
            RoleItem(*keys.role_of_user(user_id, event_id)).delete()
            RoleItem(*keys.role_in_event(event_id, user_id)).delete()

    def remove(self, event_id: str, user_id: str, *, role: str, other_owner: str | None) -> None:
        """A transaction of two, or of three when an owner goes: of two owners who remove each other one stays."""
        transaction = Transaction()
        for key in _role_keys(event_id, user_id):
            transaction.delete("role", RoleItem(*key), RoleItem.role == role)
        if other_owner is not None:
            stays: Condition = RoleItem.role == Role.OWNER.value
            transaction.check("owner", RoleItem, keys.role_in_event(event_id, other_owner), stays)
        _commit(transaction)


def _is_open(invite: StoredInvite) -> Condition:
    same: Condition = (InviteItem.id == invite.id) & (InviteItem.state == InviteState.PENDING.value)
    return same


def _add_appearance(transaction: Transaction, appearance: Appearance) -> None:
    """A speaker, in a session, with the tags of the lists that show it."""
    event_id = appearance.speaker.event_id
    written = {Kind.SPEAKERS: (appearance.speaker, appearance.speaker_tag)}
    if appearance.session is not None:
        written[Kind.SESSIONS] = (appearance.session, appearance.session_tag)
    else:
        place = keys.resource(event_id, Kind.SESSIONS, appearance.session_id)
        transaction.check("resource", ResourceItem, place, ResourceItem.etag == appearance.session_tag)
    for one, expected_tag in written.values():
        add_resource(transaction, one, expected_tag=expected_tag)
    add_tags(transaction, event_id, View.ALL, list(written), appearance.tag)
    if public := [kind for kind, (one, _) in written.items() if one.public is not None]:
        add_tags(transaction, event_id, View.PUBLIC, public, appearance.tag)
    before = appearance.before
    if before is None or before.speaker_id != appearance.speaker.id:
        item = ProposerItem(*keys.proposer(event_id, appearance.user_id), speaker_id=appearance.speaker.id)
        item.submissions = before.submissions if before else 0
        transaction.put("proposer", item, still(before))


def _write(
    invite: StoredInvite, condition: Condition, notifications: Sequence[Notification], mails: Sequence[Mail]
) -> bool:
    """Whether the condition held."""
    role = invite.role.value if invite.role else None
    fields = invite._asdict() | {"role": role, "state": invite.state.value}
    item = InviteItem(*_key(invite), **fields, expires_at=invite.until + REMEMBERED_SECONDS)
    transaction = Transaction()
    transaction.put("invite", item, condition)
    add_notifications(transaction, notifications)
    for mail in mails:
        add_mail(transaction, mail)
    try:
        transaction.commit()
    except ConditionLost as lost:
        return "invite" not in lost.lost  # otherwise it was sent by somebody else in this very millisecond
    return True


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except ConditionLost as lost:
        if "event" in lost.lost:
            raise NotFound from None
        raise Overtaken from lost


def _key(invite: StoredInvite) -> keys.Key:
    what = (invite.email, invite.session_id) if invite.session_id else (invite.email,)
    return team_keys.invite(invite.event_id, keys.digest(*what))


def _role_keys(event_id: str, user_id: str) -> tuple[keys.Key, keys.Key]:
    return keys.role_of_user(user_id, event_id), keys.role_in_event(event_id, user_id)


def _revived(item: InviteItem) -> StoredInvite:
    return StoredInvite(
        id=item.id,
        event_id=item.event_id,
        email=item.email,
        role=Role(item.role) if item.role else None,
        session_id=item.session_id,
        invited_by=item.invited_by,
        created_at=int(item.created_at),
        until=int(item.until),
        state=InviteState(item.state),
        answered_by=item.answered_by,
    )
