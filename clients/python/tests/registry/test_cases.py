"""Python and the publisher accept and refuse the same details: contract/cases, which the TypeScript tests use too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hokusai_model_events.detail_check import check_detail
from hokusai_model_events.errors import ContractError
from hokusai_model_events.formatted_values import formatted

from ..repository import REPOSITORY

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (REPOSITORY / "contract/cases/model-registered.jsonl").read_text("utf-8").splitlines()
]


def detail_of(case: dict[str, Any]) -> str:
    parts = [case["detail"]] if isinstance(case["detail"], str) else case["detail"]
    text = "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in parts)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def expected_of(case: dict[str, Any]) -> tuple[str, str | None, list[str]]:
    # A violation is written as "<field>: <rule>, got <value>"; the sentences of the two languages may differ.
    return case["verdict"], case.get("code"), sorted(text.split(": ")[0] for text in case.get("broken", ()))


def verdict_of(detail: str) -> tuple[str, str | None, list[str]]:
    try:
        checked = check_detail(detail)
    except ContractError as error:
        fields = [each.field for each in error.violations] if error.code == "CONTRACT_VIOLATION" else []
        return "refused", error.code, sorted(fields)
    return "published" if checked.will_be_published else "skipped", None, []


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_verdict_code_and_fields_equal_the_publishers(case: dict[str, Any]) -> None:
    assert verdict_of(detail_of(case)) == expected_of(case)


def test_error_lists_the_first_20_violations_and_the_number_of_the_others() -> None:
    tags = {f"tag-{number}": number for number in range(30)}
    detail = {"model_id": "", "token_symbol": "A", "metric_name": "m", "baseline_value": 1, "performance_data": {},
              "baseline_validated": True, "tags": tags}
    with pytest.raises(ContractError) as raised:
        check_detail(json.dumps(detail))
    assert len(raised.value.violations) == 31
    assert str(raised.value).startswith('model_id: a string of 1 to 256 characters, got ""; tags.tag-0: a string, got 0; ')
    assert str(raised.value).endswith("; and 11 more")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x" * 60, f'"{"x" * 60}"'),
        ("x" * 61, f'"{"x" * 60}…" (61 characters)'),
        ('\x1b[31m\n<b>\u202e"', '"\\u001b[31m\\u000a\\u003cb\\u003e\\u202e\\u0022"'),
        (10**70, f"1{'0' * 59}…"),
        (True, "true"),
        (None, "null"),
        ({"secret": 1}, "an object"),
        ([1, 2], "an array of 2"),
    ],
)
def test_a_value_in_an_error_is_short_and_escaped(value: object, text: str) -> None:
    assert formatted(value) == text
