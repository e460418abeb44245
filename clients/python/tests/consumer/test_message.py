"""A message is checked against the contract when it is read."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from running_consumers import message

from hokusai_model_events.consumer import Message, UnreadableMessageError
from hokusai_model_events.consumer.message import read_message
from hokusai_model_events.contract_data import MESSAGE


def changed(**change: Any) -> bytes:
    return json.dumps({**json.loads(message("a")), **change}).encode()


def test_the_dataclass_has_the_fields_of_the_contract() -> None:
    own = {field.name for field in dataclasses.fields(Message)}
    assert own == set(MESSAGE.properties) - {"event_type", "schema_version"} | {"text"}


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"event_type": "other"}, 'event_type: exactly "model_ready_to_deploy", got "other"'),
        ({"schema_version": 1}, 'schema_version: exactly "1.0", got 1'),
        ({"message_id": ""}, 'message_id: a string of 1 to 128 characters, got ""'),
        ({"timestamp": "2026-11-23"}, 'timestamp: ISO 8601 in UTC with milliseconds, got "2026-11-23"'),
        ({"timestamp": "2026-11-23T10:00:00.000Z\n"}, "timestamp: ISO 8601 in UTC with milliseconds"),
        ({"retry_count": -1}, "retry_count: a whole number from 0, got -1"),
        ({"retry_count": 0.5}, "retry_count: a whole number from 0, got 0.5"),
        ({"retry_count": True}, "retry_count: a whole number from 0, got true"),
        ({"replay_name": "x" * 65}, "replay_name: a string of 1 to 64 characters"),
        ({"payload": []}, "payload: an object, got an array of 0"),
        ({"payload": {"model_id": 7}}, "payload.model_id: a string of 1 to 256 characters, got 7; payload.token_symbol: required"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(change: dict[str, Any], violation: str) -> None:
    with pytest.raises(UnreadableMessageError) as raised:
        read_message(changed(**change))
    assert violation in str(raised.value)


def test_a_count_with_a_zero_fraction_is_a_whole_number() -> None:
    assert read_message(changed(retry_count=2.0)).retry_count == 2


def test_lengths_count_code_points() -> None:
    assert read_message(changed(message_id="🌊" * 128)).message_id == "🌊" * 128
    with pytest.raises(UnreadableMessageError, match="message_id: a string of 1 to 128 characters"):
        read_message(changed(message_id="🌊" * 129))


def test_unknown_fields_of_the_payload_are_kept() -> None:
    payload = {**json.loads(message("a"))["payload"], "new": 1}
    assert read_message(changed(payload=payload)).payload.get("new") == 1
