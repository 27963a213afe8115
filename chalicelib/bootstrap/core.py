"""What everything else rests on: configuration, clock, ids, light readers, who is calling, repeats.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config
from chalicelib.adapters.system import SystemClock, SystemIds

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.adapters.dynamo.claims import DynamoClaims
    from chalicelib.adapters.dynamo.credentials import DynamoCredentials
    from chalicelib.adapters.dynamo.line_store import DynamoLines
    from chalicelib.adapters.dynamo.queries import DynamoQueries
    from chalicelib.adapters.dynamo.reader import DynamoReader
    from chalicelib.adapters.dynamo.representations import DynamoRepresentations
    from chalicelib.adapters.dynamo.sales_view import DynamoSalesView
    from chalicelib.adapters.parameters import Parameters
    from chalicelib.adapters.signature import Service
    from chalicelib.adapters.signed_client import SignedClient
    from chalicelib.adapters.tokens import AccessTokens
    from chalicelib.services.authorising import Authorising
    from chalicelib.services.repeating import Repeating


class Core:
    """What everything else rests on: configuration, clock, ids, light readers, who is calling, repeats."""

    def __init__(self, settings: config.Config) -> None:
        self.config = settings
        self.clock = SystemClock()
        self.ids = SystemIds()

    @cached_property
    def _secrets(self) -> Parameters:
        from chalicelib.adapters.parameters import PARAMETER_STORE, Parameters, patience

        client = self._signed_client(PARAMETER_STORE, self.config.ssm_endpoint, patience)
        return Parameters(client, self.config.function_secrets)

    @cached_property
    def _token_keys(self) -> dict[str, str]:
        return config.token_keys(self._secrets.reveal(self.config.token_keys))

    @cached_property
    def _stripe_secret_key(self) -> str:
        return self._secrets.reveal(self.config.stripe_secret_key)

    @property
    def administrators(self) -> frozenset[str]:
        """The addresses of the deployment's administrators, normalised."""
        from chalicelib.domain.account import normalised

        return frozenset(normalised(one) for one in self.config.admin_email.split(",") if one.strip())

    def cursor_key(self) -> bytes:
        """What cursors and the access tokens of orders are signed with. Anonymous reads must not need it."""
        return next(iter(self._token_keys.values())).encode()

    def _signed_client(
        self, service: Service, endpoint: str, patience: Callable[[int, float], float | None] | None = None
    ) -> SignedClient:
        from chalicelib.adapters.signed_client import SignedClient

        region = self.config.region
        return SignedClient(
            service, endpoint=endpoint, region=region, credentials=config.credentials, patience=patience
        )

    @cached_property
    def dynamodb(self) -> SignedClient:
        """The light DynamoDB client."""
        from chalicelib.adapters.dynamo.reader import DYNAMODB

        return self._signed_client(DYNAMODB, self.config.dynamodb_endpoint)

    @cached_property
    def _reader(self) -> DynamoReader:
        from chalicelib.adapters.dynamo.reader import DynamoReader

        return DynamoReader(self.dynamodb, table_prefix=self.config.table_prefix)

    @cached_property
    def _queries(self) -> DynamoQueries:
        from chalicelib.adapters.dynamo.queries import DynamoQueries

        return DynamoQueries(self.dynamodb, table_prefix=self.config.table_prefix)

    @cached_property
    def _lines(self) -> DynamoLines:
        from chalicelib.adapters.dynamo.line_store import DynamoLines

        return DynamoLines(self.dynamodb, table_prefix=self.config.table_prefix)

    @cached_property
    def _representations(self) -> DynamoRepresentations:
        from chalicelib.adapters.dynamo.representations import DynamoRepresentations

        return DynamoRepresentations(self._reader)

    @cached_property
    def _sales_view(self) -> DynamoSalesView:
        from chalicelib.adapters.dynamo.sales_view import DynamoSalesView

        return DynamoSalesView(self._reader, self._queries)

    @cached_property
    def _sign_ins(self) -> DynamoCredentials:
        from chalicelib.adapters.dynamo.credentials import DynamoCredentials

        return DynamoCredentials(self._reader)

    @cached_property
    def authorising(self) -> Authorising:
        """Who is calling and what they may do. Anonymous calls need no tokens, so those are built when first needed."""
        from chalicelib.services.authorising import Authorising

        return Authorising(lambda: self.tokens, self._sign_ins, self.clock)

    @cached_property
    def tokens(self) -> AccessTokens:
        """Access tokens."""
        from chalicelib.adapters.tokens import AccessTokens

        return AccessTokens(self._token_keys, self.config.public_url)

    @cached_property
    def repeating(self) -> Repeating:
        """Idempotency-Key."""
        from chalicelib.services.repeating import Repeating

        return Repeating(lambda: self._claims, self.clock, self.ids)

    @cached_property
    def _claims(self) -> DynamoClaims:
        from chalicelib.adapters.dynamo.claims import DynamoClaims

        return DynamoClaims()
