"""Secrets by reference: a setting `ssm:NAME:VERSION` stands for that version of a parameter in AWS's Parameter Store.

Used by bootstrap/core.py when a secret is first needed; a setting that is no reference is the secret itself (the local
runner's). The version in the reference means that a new secret comes with a new environment, so with new processes.
Source: docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
"""

from chalicelib.adapters.signature import Service
from chalicelib.adapters.signed_client import Refused, SignedClient
from chalicelib.config import Misconfigured, is_reference

PARAMETER_STORE = Service("ssm", "AmazonSSM", "application/x-amz-json-1.1")


class Parameters:
    """Resolves references."""

    def __init__(self, client: SignedClient) -> None:
        self._client = client

    def reveal(self, setting: str) -> str:
        """The secret that a setting is or stands for. Raises Busy, Misconfigured (without the secret)."""
        if not is_reference(setting):
            return setting
        name = setting.removeprefix("ssm:")
        try:
            answer = self._client.call("GetParameter", {"Name": name, "WithDecryption": True})
        except Refused as refusal:
            raise Misconfigured(f"parameter {name} cannot be read: {refusal}") from None
        return str(answer["Parameter"]["Value"])
