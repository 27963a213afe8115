"""What belongs to an event, for its removal. Port `Leftovers` of content/services/delete_parts.py."""

from chalicelib.accounts.adapters.items import RoleItem
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_tables import Content
from chalicelib.cfp.adapters.dynamo import ProposerItem, SubmissionItem
from chalicelib.team.adapters.dynamo import InviteItem


class DynamoLeftovers:
    """Batches of deletes; repeating them does nothing."""

    def clear(self, event_id: str) -> None:
        """Remove the parts of an event, everybody's roles in it, invitations to it and who proposed what."""
        with Content.batch_write() as batch:
            for item in Content.query(keys.event(event_id)[0], consistent_read=True, attributes_to_get=["pk", "sk"]):
                batch.delete(item)
        partition, prefix = keys.role_in_event(event_id, "")
        for role in RoleItem.query(partition, RoleItem.sk.startswith(prefix), consistent_read=True):
            user_id = role.sk.removeprefix(prefix)
            RoleItem(*keys.role_of_user(user_id, event_id)).delete()
            role.delete()
        invites = InviteItem.sk.startswith(keys.invite(event_id, "")[1])
        for invite in InviteItem.query(partition, invites, consistent_read=True):
            invite.delete()
        self._clear_submissions(event_id)

    @staticmethod
    def _clear_submissions(event_id: str) -> None:
        partition, prefix = keys.proposer(event_id, "")
        for proposer in ProposerItem.query(partition, ProposerItem.sk.startswith(prefix), consistent_read=True):
            user, submissions = keys.submission(proposer.sk.removeprefix(prefix), "")
            for one in SubmissionItem.query(user, SubmissionItem.sk.startswith(submissions), consistent_read=True):
                if one.event_id == event_id:
                    one.delete()
            proposer.delete()
