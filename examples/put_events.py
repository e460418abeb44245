"""Puts registrations on the event bus, as the registry's outbox does, and sends the entries that failed again. Needs boto3.

Sends each line of FILE (or of standard input) unchanged as the `detail` of a ModelRegistered event. A line without an event_id
gets one derived from its text: sending the line again is the same event.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import sys
import time
from typing import Any, Iterator

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Limits of one PutEvents call: 10 entries, and 256 KB of JSON, which boto3 writes in ASCII: an "é" with six bytes.
BATCH_ENTRIES = 10
BATCH_BYTES = 240 * 1024
# More than the other fields of an entry have.
ENTRY_BYTES = 512
ATTEMPTS = 5
# Errors of the entry itself: a retry cannot succeed.
PERMANENT_ERRORS = {"InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException"}


class Registration:
    """One line; the pipeline discards duplicates by `event_id`."""

    def __init__(self, line: str, place: str) -> None:
        try:
            detail = json.loads(line)
        except ValueError as error:
            raise SystemExit(f"{place} is not valid JSON: {error}") from None
        if not isinstance(detail, dict):
            raise SystemExit(f"{place} must be a JSON object with the fields of a registration")
        self.detail, self.event_id = line, detail.get("event_id")
        if self.event_id is None:
            self.event_id = hashlib.sha256(line.encode()).hexdigest()[:32]
            # Inserted into the text, because json.dumps would change numbers.
            self.detail = f'{{"event_id":"{self.event_id}"' + ("," if detail else "") + line[1:]


def batches(registrations: list[Registration]) -> Iterator[list[Registration]]:
    batch: list[Registration] = []
    size = 0
    for registration in registrations:
        length = len(json.dumps(registration.detail)) + ENTRY_BYTES
        if batch and (len(batch) == BATCH_ENTRIES or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(registration)
        size += length
    if batch:
        yield batch


def status_of(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def is_about_content(error: ClientError) -> bool:
    """Whether the bus refused the content of a call. Credentials, permissions, throttling and a missing bus concern every call."""
    every_call = r"Throttl|Token|Credential|Client|NotFound|AccessDenied|Signature|Expired"
    return status_of(error) in (400, 413, 422) and not re.search(every_call, error.response.get("Error", {}).get("Code", ""))


def send(client: Any, bus: str, batch: list[Registration]) -> int:
    """Sends a batch and retries its failed entries with backoff; returns the number that the bus did not accept."""
    refused = 0
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, 0.1 * 2**attempt))
        entries = [{"EventBusName": bus, "Source": "hokusai.registry", "DetailType": "ModelRegistered", "Detail": each.detail}
                   for each in batch]
        try:
            answer = client.put_events(Entries=entries)
        except ClientError as error:
            if not is_about_content(error):
                raise
            # The answer does not name the entry that it refuses: each is sent alone, so that the others arrive.
            if len(batch) > 1:
                return refused + sum(send(client, bus, [registration]) for registration in batch)
            print(f"{batch[0].event_id} failed: {status_of(error)} {error}", file=sys.stderr)
            return refused + 1
        again = []
        # The call succeeds even if entries fail: check the result of each entry.
        for registration, result in zip(batch, answer["Entries"]):
            if "ErrorCode" not in result:
                print(f"{registration.event_id} sent as event {result['EventId']}", flush=True)
                continue
            print(f"{registration.event_id} failed: {result['ErrorCode']} {result.get('ErrorMessage', '')}", file=sys.stderr)
            if result["ErrorCode"] in PERMANENT_ERRORS:
                refused += 1
            else:
                again.append(registration)
        batch = again
        if not batch:
            break
    return refused + len(batch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", nargs="?", help="JSON lines [default: standard input]")
    parser.add_argument("--bus-name", default=os.environ.get("MODEL_EVENTS_BUS", "hokusai-development"),
                        help="event bus [default: MODEL_EVENTS_BUS or hokusai-development]")
    parser.add_argument("--endpoint-url", help="EventBridge endpoint, such as http://localhost:4510 [default: AWS_ENDPOINT_URL or AWS]",
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
        sys.exit(f"PutEvents on bus {options.bus_name} failed: {error}. Run it again: duplicates count once.")
    if failed:
        sys.exit(f"{failed} of {len(registrations)} registrations were not accepted by bus {options.bus_name}")


if __name__ == "__main__":
    main()
