"""Puts registrations on the event bus, as the registry's outbox does: until the bus has every one. Needs boto3.

Each line of FILE (or of standard input) is the `detail` of one ModelRegistered event, JSON, sent unchanged. A line without
an event_id gets one made from its text: a line that is sent again, in this run or in another, is the same event.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import time
from typing import Any, Iterator

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

BATCH_ENTRIES = 10  # PutEvents takes no more
BATCH_BYTES = 240 * 1024  # and 256 KB where it does not take a megabyte yet
ATTEMPTS = 5
# The entry itself is at fault: sending it again cannot help.
HOPELESS = {"InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException"}


class Registration:
    """One line; `event_id` is what makes sending it again free."""

    def __init__(self, line: str, place: str) -> None:
        try:
            detail = json.loads(line)
        except ValueError as error:
            raise SystemExit(f"{place} is no JSON: {error}") from None
        if not isinstance(detail, dict):
            raise SystemExit(f"{place} must be a JSON object with a registration's fields")
        self.detail, self.event_id = line, detail.get("event_id")
        if self.event_id is None:
            self.event_id = hashlib.sha256(line.encode()).hexdigest()[:32]
            # Put in front of the text: a parse and a dump would change digits.
            self.detail = f'{{"event_id":"{self.event_id}"' + ("," if detail else "") + line[1:]


def batches(registrations: list[Registration]) -> Iterator[list[Registration]]:
    batch: list[Registration] = []
    size = 0
    for registration in registrations:
        length = len(registration.detail.encode())
        if batch and (len(batch) == BATCH_ENTRIES or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(registration)
        size += length
    if batch:
        yield batch


def send(client: Any, bus: str, batch: list[Registration]) -> int:
    """Sends a batch, then what of it failed, with backoff; returns how many the bus has not taken."""
    refused = 0
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, 0.1 * 2**attempt))
        entries = [{"EventBusName": bus, "Source": "hokusai.registry", "DetailType": "ModelRegistered", "Detail": each.detail}
                   for each in batch]
        answer = client.put_events(Entries=entries)
        again = []
        # The call succeeds although entries fail: each has its own result, at its own place.
        for registration, result in zip(batch, answer["Entries"]):
            if "ErrorCode" not in result:
                print(f"{registration.event_id} sent as event {result['EventId']}", flush=True)
                continue
            print(f"{registration.event_id} failed: {result['ErrorCode']} {result.get('ErrorMessage', '')}", file=sys.stderr)
            if result["ErrorCode"] in HOPELESS:
                refused += 1
            else:
                again.append(registration)
        batch = again
        if not batch:
            break
    return refused + len(batch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", nargs="?", help="JSON lines; standard input where left out")
    parser.add_argument("--bus-name", default=os.environ.get("MODEL_EVENTS_BUS", "hokusai-development"),
                        help="the bus [MODEL_EVENTS_BUS, else hokusai-development]")
    parser.add_argument("--endpoint-url", help="where EventBridge is, as http://localhost:4510 [AWS_ENDPOINT_URL, else AWS]",
                        default=os.environ.get("AWS_ENDPOINT_URL_EVENTBRIDGE") or os.environ.get("AWS_ENDPOINT_URL"))
    options = parser.parse_args()
    source = options.file or "standard input"
    try:
        with open(options.file or sys.stdin.fileno(), encoding="utf-8") as file:
            lines = [line.strip() for line in file]
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"cannot read {source}: {error}")
    registrations = [Registration(line, f"line {number} of {source}") for number, line in enumerate(lines, 1) if line]
    config = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 3})
    try:
        client = boto3.client("events", endpoint_url=options.endpoint_url, region_name=os.environ.get("AWS_REGION"), config=config)
        failed = sum(send(client, options.bus_name, batch) for batch in batches(registrations))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"PutEvents on bus {options.bus_name} failed: {error}. Run it again: what was sent already counts once.")
    if failed:
        sys.exit(f"{failed} of {len(registrations)} registrations were not taken by bus {options.bus_name}")


if __name__ == "__main__":
    main()
