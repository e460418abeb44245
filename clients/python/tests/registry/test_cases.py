"""A detail is judged here as the publisher judges it: the cases of contract/cases, which the TypeScript tests run too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hokusai_model_events.detail_check import check_detail
from hokusai_model_events.errors import ContractError
from hokusai_model_events.formatted_values import shown

from ..repository import REPOSITORY

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (REPOSITORY / "contract/cases/model-registered.jsonl").read_text("utf-8").splitlines()
]


def detail_of(case: dict[str, Any]) -> str:
    parts = [case["detail"]] if isinstance(case["detail"], str) else case["detail"]
    text = "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in parts)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def verdict_of(detail: str) -> dict[str, Any]:
    try:
        checked = check_detail(detail)
    except ContractError as error:
        verdict: dict[str, Any] = {"verdict": "refused", "code": error.code}
        if error.code == "CONTRACT_VIOLATION":
            verdict["broken"] = [f"{each.field}: {each.rule}, got {each.value}" for each in error.violations]
        return verdict
    return {"verdict": "published" if checked.will_be_published else "skipped"}


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_the_verdict_is_the_publishers(case: dict[str, Any]) -> None:
    assert verdict_of(detail_of(case)) == {name: case[name] for name in case if name not in ("says", "detail")}


def test_an_error_names_every_broken_rule_and_stays_short() -> None:
    tags = {f"tag-{number}": number for number in range(30)}
    detail = {"model_id": "", "token_symbol": "A", "metric_name": "m", "baseline_value": 1, "performance_data": {},
              "baseline_validated": True, "tags": tags}
    with pytest.raises(ContractError) as raised:
        check_detail(json.dumps(detail))
    assert len(raised.value.violations) == 31
    assert str(raised.value).startswith('model_id: a string of 1 to 256 characters, got ""; tags.tag-0: a string, got 0; ')
    assert str(raised.value).endswith("; and 11 more")


@pytest.mark.parametrize(
    ("number", "text"),
    [(1e21, "1e+21"), (1e20, "100000000000000000000"), (1.5e300, "1.5e+300"), (1e-6, "0.000001"), (1e-7, "1e-7"),
     (1.25e-7, "1.25e-7"), (-0.0, "0"), (120.0, "120"), (0.1 + 0.2, "0.30000000000000004"), (5e-324, "5e-324"),
     (float("inf"), "Infinity"), (9007199254740993.0, "9007199254740992"), (-1234.5678, "-1234.5678")],
)
def test_a_number_is_shown_as_the_pipeline_shows_it(number: float, text: str) -> None:
    assert shown(number) == text
