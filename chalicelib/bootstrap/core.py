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
    from chalicelib.adapters.dynamo.claims import DynamoClaims
    from chalicelib.adapters.dynamo.credentials import DynamoCredentials
    from chalicelib.adapters.dynamo.queries import DynamoQueries
    from chalicelib.adapters.dynamo.reader import DynamoReader
    from chalicelib.adapters.dynamo.representations import DynamoRepresentations
    from chalicelib.adapters.dynamo.sales_view import DynamoSalesView
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
    def cursor_key(self) -> bytes:
        """What cursors are signed with."""
        return next(iter(self.config.token_keys.values())).encode()

    @cached_property
    def reader(self) -> DynamoReader:
        """The light DynamoDB client of the read path."""
        from chalicelib.adapters.dynamo.reader import DynamoReader

        return DynamoReader(
            endpoint=self.config.dynamodb_endpoint,
            region=self.config.region,
            table_prefix=self.config.table_prefix,
            credentials=config.credentials,
        )

    @cached_property
    def _queries(self) -> DynamoQueries:
        from chalicelib.adapters.dynamo.queries import DynamoQueries

        return DynamoQueries(self.reader, table_prefix=self.config.table_prefix)

    @cached_property
    def _representations(self) -> DynamoRepresentations:
        from chalicelib.adapters.dynamo.representations import DynamoRepresentations

        return DynamoRepresentations(self.reader)

    @cached_property
    def _sales_view(self) -> DynamoSalesView:
        from chalicelib.adapters.dynamo.sales_view import DynamoSalesView

        return DynamoSalesView(self.reader, self._queries)

    @cached_property
    def _sign_ins(self) -> DynamoCredentials:
        from chalicelib.adapters.dynamo.credentials import DynamoCredentials

        return DynamoCredentials(self.reader)

    @cached_property
    def authorising(self) -> Authorising:
        """Who is calling and what they may do. Anonymous calls need no tokens, so those are built when first needed."""
        from chalicelib.services.authorising import Authorising

        return Authorising(lambda: self.tokens, self._sign_ins, self.clock)

    @cached_property
    def tokens(self) -> AccessTokens:
        """Access tokens."""
        from chalicelib.adapters.tokens import AccessTokens

        return AccessTokens(self.config.token_keys, self.config.public_url)

    @cached_property
    def repeating(self) -> Repeating:
        """Idempotency-Key."""
        from chalicelib.services.repeating import Repeating

        return Repeating(lambda: self._claims, self.clock, self.ids)

    @cached_property
    def _claims(self) -> DynamoClaims:
        from chalicelib.adapters.dynamo.claims import DynamoClaims

        return DynamoClaims()
