"""Wires the AWS clients that several contexts share: each is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.aws.dynamo_lines import DynamoLines
    from chalicelib.aws.dynamo_queries import DynamoQueries
    from chalicelib.aws.dynamo_reader import DynamoReader
    from chalicelib.aws.signature import Service
    from chalicelib.aws.signed_client import SignedClient
    from chalicelib.bootstrap import Services


class AwsWiring:
    """The AWS clients that several contexts share."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def signed_client(
        self, service: Service, endpoint: str, patience: Callable[[int, float], float | None] | None = None
    ) -> SignedClient:
        """Returns a light client of an AWS service. `patience` as in SignedClient: returns the seconds before the next
        attempt, or None to give up.
        """
        from chalicelib.aws.signed_client import SignedClient

        region = self._services.config.region
        return SignedClient(
            service, endpoint=endpoint, region=region, credentials=config.credentials, patience=patience
        )

    @cached_property
    def dynamodb(self) -> SignedClient:
        from chalicelib.aws.dynamo_reader import DYNAMODB

        return self.signed_client(DYNAMODB, self._services.config.dynamodb_endpoint)

    @cached_property
    def reader(self) -> DynamoReader:
        from chalicelib.aws.dynamo_reader import DynamoReader

        return DynamoReader(self.dynamodb, table_prefix=self._services.config.table_prefix)

    @cached_property
    def queries(self) -> DynamoQueries:
        from chalicelib.aws.dynamo_queries import DynamoQueries

        return DynamoQueries(self.dynamodb, table_prefix=self._services.config.table_prefix)

    @cached_property
    def lines(self) -> DynamoLines:
        from chalicelib.aws.dynamo_lines import DynamoLines

        return DynamoLines(self.dynamodb, table_prefix=self._services.config.table_prefix)
