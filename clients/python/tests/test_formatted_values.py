"""Error messages escape the same characters in Python and Node: test/contract/formatted-texts.test.ts reads the same cases."""

from __future__ import annotations

import json

import pytest

from hokusai_model_events.formatted_values import escape_invisible, formatted

from .repository import REPOSITORY

CASES: list[dict[str, str]] = [
    json.loads(line) for line in (REPOSITORY / "contract/cases/formatted-texts.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_value_in_an_error_message(case: dict[str, str]) -> None:
    assert formatted(case["value"]) == case["formatted"]


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_line_with_an_escaped_value_is_not_escaped_again(case: dict[str, str]) -> None:
    assert escape_invisible(f"got {case['formatted']}") == f"got {case['formatted']}"
