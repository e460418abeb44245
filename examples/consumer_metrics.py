"""Emits a consumer's reports as metrics, which the dashboard and the alarms `handled-late-…` read: log lines in CloudWatch's
embedded metric format. In the service:

    Consumer(settings, handle, on_report=lambda report: emit(report, os.environ))

`python3 examples/consumer_metrics.py` prints the lines of the reports on standard input, one in JSON a line.
"""

import json
import os
import sys
import time
from collections.abc import Mapping

from hokusai_model_events.consumer import ConsumerReport

VALUES_IN_LINE = 100  # CloudWatch takes at most this many values of one metric in a line.


def emit(report: ConsumerReport, env: Mapping[str, str]) -> None:
    """Prints a report. `env` has MODEL_EVENTS_ENVIRONMENT and MODEL_EVENTS_QUEUE, as ECS sets them."""
    dimensions = {"Environment": env["MODEL_EVENTS_ENVIRONMENT"], "Queue": env["MODEL_EVENTS_QUEUE"]}

    def line(unit: str, values: Mapping[str, float | list[float]]) -> None:
        metrics = [{"Name": name, "Unit": "Percent" if name == "ConsumerBusy" else unit} for name in values]
        group = {"Namespace": "Hokusai/ModelEvents", "Dimensions": [list(dimensions)], "Metrics": metrics}
        aws = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [group]}
        print(json.dumps({"_aws": aws, **dimensions, **values}), flush=True)

    line(
        "Count",
        {
            "MessagesHandled": report.handled,
            "AttemptsFailed": report.failed,
            "MessagesRetried": report.retried,
            "MessagesSnoozed": report.snoozed,
            "MessagesDeadLettered": report.dead_lettered,
            "ClaimsLost": report.lost,
            "ConsumerBusy": report.busy_percent,
        },
    )
    times = report.registration_to_handled_ms
    for start in range(0, len(times), VALUES_IN_LINE):
        line("Milliseconds", {"RegistrationToHandled": times[start : start + VALUES_IN_LINE]})


if __name__ == "__main__":
    for text in sys.stdin:
        emit(ConsumerReport(**json.loads(text)), os.environ)
