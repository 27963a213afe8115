"""Structured logs: one JSON line for each outcome, with an event name and fields. The only importer of the logging
library.

Never pass personal data, bodies, tokens or query strings: fields are for ids, counts, durations and codes. CloudWatch
Logs Insights reads the lines as they are; metrics use the embedded metric format. Source:
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import logging
import sys
import time
import traceback

_logger = logging.getLogger("telemetry")
_logger.setLevel(logging.INFO)
_logger.propagate = False
_namespace = "Marquee"
if not _logger.handlers:
    _handler = logging.StreamHandler(sys.stderr)
    _handler.setFormatter(logging.Formatter("%(message)s"))
    _logger.addHandler(_handler)


def log(event: str, **fields: object) -> None:
    """Writes one line about one outcome, e.g. log("order_paid", order_id=…)."""
    _logger.info(json.dumps({"event": event, **fields}, default=str))


def failure(event: str, **fields: object) -> None:
    """Writes one line about a bug, with the stack of the exception that is being handled. Its message is left out
    because it may quote a user's input.
    """
    kind, _, trace = sys.exc_info()
    frames = [f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)[-12:]]
    _logger.error(json.dumps({"event": event, "error": kind.__name__ if kind else None, "stack": frames, **fields}))


def use_stage(stage: str) -> None:
    """Sets the stage that is part of the metrics' namespace."""
    global _namespace  # noqa: PLW0603 - one per process
    _namespace = f"Marquee/{stage}"


TO_LOOK_AT = "PaymentsToLookAt"
"""The metric that counts everything about money that a person must check. It has an alarm (infra/stacks/watch.yaml)."""


def count(metric: str, value: int = 1, **dimensions: str) -> None:
    """Adds to a CloudWatch metric, through the log."""
    _count({metric: value}, dimensions)


def count_to_look_at(metric: str) -> None:
    """Counts something about money that a person must check: in its own metric and in the one with the alarm."""
    _count({metric: 1, TO_LOOK_AT: 1}, {})


def _count(metrics: dict[str, int], dimensions: dict[str, str]) -> None:
    definition = {
        "Namespace": _namespace,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": metric, "Unit": "Count"} for metric in metrics],
    }
    stamp = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [definition]}
    _logger.info(json.dumps({"_aws": stamp, **metrics, **dimensions}))
