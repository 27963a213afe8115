"""The settings of stream mappings that Chalice cannot express: wished, applied, verified.

A poison record is set apart instead of blocking its shard for a day: partial answers, bisection, bounded retries, and
a destination for what fails in the end. Applied after every deploy by `up`; a bare `chalice deploy` keeps them.
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
"""Long enough for a bad release to be mended, short of the day after which the stream forgets."""
WAIT_SECONDS = 120


def wished(name: str, failures_bucket: str) -> dict[str, Any]:
    """The settings of one function's mapping."""
    filters = [{"Pattern": json.dumps(pattern)} for pattern in FILTERS.get(name, ())]
    return {
        "FilterCriteria": {"Filters": filters} if filters else {},  # an empty one takes away what was there
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
    """By function, the settings that are not as wished."""
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
    """The functions fed by a stream that are there: a release that was rolled back to may have fewer than this one."""
    return [name for name in names.STREAM_FUNCTIONS if function_arn(client, names.function(prefix, name)) is not None]


def _is_as_wished(key: str, found: Any, wanted: Any) -> bool:
    """Whether a setting is as wished; no filters may be told as nothing, and then they must be none."""
    if key == "FilterCriteria":
        return bool(((found or {}).get("Filters") or []) == wanted.get("Filters", []))
    return _has(found, wanted)


def _has(found: Any, wanted: Any) -> bool:
    """Whether a setting is as wished; AWS may tell more than it was told (an empty `OnSuccess`)."""
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
    """Bring the mapping of every function to what is wished and see that it is so. Returns the functions changed."""
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
    """Chalice has just changed the mapping too: while Lambda is at it, it refuses."""
    for _ in range(WAIT_SECONDS):
        try:
            client.update_event_source_mapping(UUID=mapping_id, **settings)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("ResourceInUseException", "ResourceConflictException"):
                raise
        pause(1.0)
    raise Unusable(f"Stream mapping {mapping_id} is in use and stays so.")
