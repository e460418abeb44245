"""Python reads and refuses the same messages as the Node client: contract/cases, which the TypeScript tests use too."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from hokusai_model_events.consumer import Message, UnreadableMessageError
from hokusai_model_events.consumer.message import read_message
from hokusai_model_events.exact_json import parse_exact

CONTRACT = Path(__file__).resolve().parents[4] / "contract"

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (CONTRACT / "cases/messages.jsonl").read_text("utf-8").splitlines()
]
ACCEPTED = [case for case in CASES if case["verdict"] == "accepted"]
REFUSED = [case for case in CASES if case["verdict"] == "refused"]


def test_the_dataclass_has_the_fields_of_the_contract() -> None:
    schema = json.loads((CONTRACT / "schemas/model-ready-to-deploy.schema.json").read_text("utf-8"))
    own = {field.name for field in dataclasses.fields(Message)}
    assert own == set(schema["properties"]) - {"event_type", "schema_version"} | {"text"}


@pytest.mark.parametrize("case", ACCEPTED, ids=[case["title"] for case in ACCEPTED])
def test_a_message_of_any_version_1_is_read(case: dict[str, Any]) -> None:
    message = read_message(case["text"].encode())
    assert {name: getattr(message, name) for name in case.get("reads", {})} == case.get("reads", {})
    # The handler gets every field of the payload as it is, known or not.
    assert message.payload == parse_exact(case["text"])["payload"] == parse_exact(message.payload_text)


@pytest.mark.parametrize("case", REFUSED, ids=[case["title"] for case in REFUSED])
def test_a_text_that_no_consumer_can_process_is_refused_with_the_field(case: dict[str, Any]) -> None:
    with pytest.raises(UnreadableMessageError) as raised:
        read_message(case["text"].encode())
    reason = str(raised.value)
    assert reason.startswith("not a model_ready_to_deploy message: ")
    fields = [each.split(": ")[0] for each in reason.split(": ", 1)[1].split("; ")]
    assert fields == case.get("broken", fields)


def test_a_text_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(UnreadableMessageError, match="utf-8"):
        read_message(b'{"half":"\xff"}')
