"""Wires secrets, and the keys that sign tokens, links and cursors: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config

if TYPE_CHECKING:
    from chalicelib.aws.parameter_store import Parameters
    from chalicelib.bootstrap import Services


class KeysWiring:
    """The adapters and services of secrets, and the keys that sign tokens, links and cursors."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def parameters(self) -> Parameters:
        from chalicelib.aws.parameter_store import PARAMETER_STORE, Parameters, patience

        client = self._services.aws.signed_client(PARAMETER_STORE, self._services.config.ssm_endpoint, patience)
        return Parameters(client, self._services.config.function_secrets)

    @cached_property
    def token_keys(self) -> dict[str, str]:
        return config.token_keys(self.parameters.reveal(self._services.config.token_keys))

    @cached_property
    def stripe_secret_key(self) -> str:
        return self.parameters.reveal(self._services.config.stripe_secret_key)

    def cursor_key(self) -> bytes:
        """Returns the key that signs cursors and the access tokens of orders. Anonymous reads must not need it."""
        return self.link_keys()[0]

    @cached_property
    def webhook_secrets(self) -> tuple[str, ...]:
        return config.webhook_secrets(self.parameters.reveal(self._services.config.stripe_webhook_secret))

    @cached_property
    def connect_webhook_secrets(self) -> tuple[str, ...]:
        return config.webhook_secrets(self.parameters.reveal(self._services.config.stripe_connect_webhook_secret))

    def link_keys(self) -> list[bytes]:
        """Returns the keys of links that are sent to people: the first one signs, all verify."""
        return [secret.encode() for secret in self.token_keys.values()]
