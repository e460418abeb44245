"""The rules of a message's fields: the envelope's as in contract/message.ts, the payload's from the generated contract."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeGuard, cast

from hokusai_model_events.contract_data import DETAIL, Rule
from hokusai_model_events.errors import Violation
from hokusai_model_events.formatted_values import cut, escaped, shown

# Fields of an event that the envelope takes over, or that say the same of every message.
_PIPELINE_FIELDS = {"event_id", "correlation_id", "baseline_validated"}
_MOST_TOLD = 20


def broken_rules(message: Mapping[str, Any]) -> str | None:
    """Every field that breaks a rule, with the rule and what stood there, as one sentence; None where all are kept."""
    found: list[Violation] = []
    _check_members(_MESSAGE, message, "", found)
    if not found:
        return None
    told = [f"{each.field}: {each.rule}, got {each.value}" for each in found[:_MOST_TOLD]]
    rest = len(found) - len(told)
    return "; ".join(told) + (f"; and {rest} more" if rest else "")


def shown_exact(value: object) -> str:
    """A parsed value for people; a number as a double has it, as in every message of the pipeline."""
    return shown(_double(value) if _is_number(value) else value)


def _check_members(rule: Rule, value: Mapping[str, Any], prefix: str, found: list[Violation]) -> None:
    for name, inner in rule.properties.items():
        if name in value:
            _check(inner, value[name], prefix + name, found)
        elif name in rule.required:
            found.append(Violation(prefix + name, "required", "nothing"))
    if rule.each is not None:
        for name in value:
            _check(rule.each, value[name], prefix + escaped(cut(name, 64)), found)


def _check(rule: Rule, value: object, field: str, found: list[Violation]) -> None:
    if not _holds(rule, value):
        found.append(Violation(field, rule.says, shown_exact(value)))
    elif isinstance(value, dict):
        _check_members(rule, cast("dict[str, Any]", value), f"{field}.", found)


def _holds(rule: Rule, value: object) -> bool:
    if rule.kind == "string":
        if not isinstance(value, str) or not (rule.minimum or 0) <= len(value) <= (rule.maximum or math.inf):
            return False
        return rule.pattern is None or rule.pattern.fullmatch(value) is not None
    if rule.kind == "number":
        return _is_number(value) and math.isfinite(_double(value))
    if rule.kind == "count":
        return _is_number(value) and math.isfinite(_double(value)) and value >= 0 and value == int(value)
    return isinstance(value, bool if rule.kind == "boolean" else dict)


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _double(value: int | Decimal) -> float:
    """As the registry and the Node consumers see it: without an end where a double cannot hold it."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _rule(kind: str, says: str, **more: Any) -> Rule:
    none: dict[str, Any] = {
        "minimum": None, "maximum": None, "pattern": None, "properties": {}, "required": frozenset[str](), "each": None,
    }
    return Rule(kind=kind, says=says, **{**none, **more})


def _text(maximum: int) -> Rule:
    return _rule("string", f"a string of 1 to {maximum} characters", minimum=1, maximum=maximum)


def _exactly(expected: str) -> Rule:
    return _rule("string", f'exactly "{expected}"', pattern=re.compile(re.escape(expected)))


_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_COUNT = _rule("count", "a whole number from 0")
_PAYLOAD = dataclasses.replace(
    DETAIL,
    properties={name: rule for name, rule in DETAIL.properties.items() if name not in _PIPELINE_FIELDS},
    required=DETAIL.required - _PIPELINE_FIELDS,
)
_MESSAGE = _rule(
    "object",
    "an object",
    properties={
        "event_type": _exactly("model_ready_to_deploy"),
        "schema_version": _exactly("1.0"),
        "message_id": _text(128),
        "correlation_id": _text(128),
        "timestamp": _rule("string", "ISO 8601 in UTC with milliseconds", pattern=_TIMESTAMP),
        "retry_count": _COUNT,
        "redrive_count": _COUNT,
        "replay_name": _text(64),
        "payload": _PAYLOAD,
    },
    required=frozenset({
        "event_type", "schema_version", "message_id", "correlation_id", "timestamp", "retry_count", "payload",
    }),
)
