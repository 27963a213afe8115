"""Applies and verifies the settings of stream mappings that Chalice cannot express.

With them a poison record is set aside instead of blocking its shard for a day: partial answers, bisection, limited
retries, and a destination for records that fail in the end. `up` applies them after every deploy; a bare
`chalice deploy` keeps them.
Source: docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

import json
import time
from collections.abc import Callable, Collection
from typing import Any

from botocore.exceptions import ClientError

from infra import names
from infra.deploy.adopting import function_arn, mapping
from infra.settings import Unusable
from infra.stream_settings import FILTERS, PARALLEL

RETRIES = 5
RECORD_AGE_SECONDS = 6 * 60 * 60
"""Long enough to fix a bad release, and shorter than the day after which a stream drops its records."""
WAIT_SECONDS = 120


def wished(name: str, failures_bucket: str) -> dict[str, Any]:
    """Returns the settings that a function's mapping should have."""
    filters = [{"Pattern": json.dumps(pattern)} for pattern in FILTERS.get(name, ())]
    return {
        "FilterCriteria": {"Filters": filters} if filters else {},  # an empty one removes existing filters
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": RETRIES,
        "MaximumRecordAgeInSeconds": RECORD_AGE_SECONDS,
        "ParallelizationFactor": PARALLEL.get(name, 1),
        "DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:s3:::{failures_bucket}"}},
    }


def drift(
    client: Any, prefix: str, failures_bucket: str, functions: Collection[str] = tuple(names.STREAM_FUNCTIONS)
) -> dict[str, list[str]]:
    """Returns, by function, the settings that differ from `wished`."""
    found = {}
    for name in functions:
        current = mapping(client, names.function(prefix, name))
        settings = wished(name, failures_bucket)
        found[name] = (
            ["mapping is missing"]
            if current is None
            else [key for key in settings if not _is_as_wished(key, current.get(key), settings[key])]
        )
    return {name: keys for name, keys in found.items() if keys}


def deployed(client: Any, prefix: str) -> list[str]:
    """Returns the stream functions that are deployed: after a rollback there may be fewer than in this release."""
    return [name for name in names.STREAM_FUNCTIONS if function_arn(client, names.function(prefix, name)) is not None]


def _is_as_wished(key: str, found: Any, wanted: Any) -> bool:
    """Returns whether a setting is as wished. AWS may leave the filters out when there are none."""
    if key == "FilterCriteria":
        return bool(((found or {}).get("Filters") or []) == wanted.get("Filters", []))
    return _has(found, wanted)


def _has(found: Any, wanted: Any) -> bool:
    """Returns whether `found` contains `wanted`. AWS may return more keys than were set (an empty `OnSuccess`)."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_has(found.get(key), value) for key, value in wanted.items())
    return bool(found == wanted)


def apply(
    client: Any,
    prefix: str,
    failures_bucket: str,
    functions: Collection[str] = tuple(names.STREAM_FUNCTIONS),
    *,
    pause: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Updates the mappings that differ and waits until none does. Returns the functions changed. Raises Unusable."""
    changed = list(drift(client, prefix, failures_bucket, functions))
    for name in changed:
        current = mapping(client, names.function(prefix, name))
        if current is None:
            raise Unusable(f"{names.function(prefix, name)} is fed by no stream: run `chalice deploy` again.")
        _update(client, current["UUID"], wished(name, failures_bucket), pause)
    for _ in range(WAIT_SECONDS):
        left = drift(client, prefix, failures_bucket, functions)
        if not left:
            return changed
        pause(1.0)
    raise Unusable(f"Stream settings did not take: {left}")


def _update(client: Any, mapping_id: str, settings: dict[str, Any], pause: Callable[[float], None]) -> None:
    """Updates a mapping. Retries while Lambda refuses, because it is still applying Chalice's change of the mapping."""
    for _ in range(WAIT_SECONDS):
        try:
            client.update_event_source_mapping(UUID=mapping_id, **settings)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("ResourceInUseException", "ResourceConflictException"):
                raise
        pause(1.0)
    raise Unusable(f"Stream mapping {mapping_id} is in use and stays so.")
