"""The options of a consumer: names, ranges and defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hokusai_model_events.consumer import ConsumerOptions
from hokusai_model_events.errors import SettingsError

SOURCE = (Path(__file__).resolve().parents[4] / "clients/node/consumer-options.ts").read_text("utf-8")
RANGE = r"^  (\w+): \{ fallback: ([\d._]+), least: ([\d._]+), most: ([\d._]+), whole: (true|false) \}"


def test_names_ranges_and_defaults_are_those_of_the_node_package() -> None:
    node_options = {
        re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name): (*map(float, numbers), whole == "true")
        for name, *numbers, whole in re.findall(RANGE, SOURCE, re.MULTILINE)
    }
    fields = ConsumerOptions.__dataclass_fields__.values()
    python_options = {
        field.name: (field.default, field.metadata["least"], field.metadata["most"], field.type == "int")
        for field in fields
        if field.metadata
    }
    assert len(node_options) == 9 and python_options == node_options


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"concurrency": 0}, "concurrency must be a whole number from 1 to 1000, got 0"),
        ({"concurrency": 1.5}, "concurrency must be a whole number from 1 to 1000, got 1.5"),
        ({"prefetch": True}, "prefetch must be a whole number from 0 to 1000, got True"),
        ({"lease_seconds": float("nan")}, "lease_seconds must be a number from 5 to 3600, got nan"),
        ({"handler_seconds": "9"}, "handler_seconds must be a number from 1 to 86400, got '9'"),
        ({"name": "no spaces\n"}, r"name must be 1 to 64 of A-Z a-z 0-9 . _ : -, got 'no spaces\n'"),
    ],
)
def test_an_option_outside_its_range_is_refused_by_name(change: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        ConsumerOptions(**change)
    assert str(caught.value) == text
