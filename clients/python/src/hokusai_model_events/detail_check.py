"""Judges the text of a ``ModelRegistered`` detail as the pipeline will: the same verdict, the same fields, the same sentences."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import NoReturn, cast

from .contract_data import DETAIL, DETAIL_BYTES, LEVELS, Rule
from .errors import ContractError, Violation
from .formatted_values import cut, escaped, shown

Json = dict[str, "Json"] | list["Json"] | str | float | bool | None
"""A parsed value. Numbers are what a double holds of them: good for judging, not for carrying."""

# A whole string, or one bracket; what stands between them does not matter for the depth.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


@dataclass(frozen=True)
class CheckedDetail:
    """A detail that breaks no rule."""

    event_id: str | None
    will_be_published: bool
    """False where the baseline is not validated: the pipeline counts it and carries it to nobody."""


class _Members(dict[str, Json]):
    """An object that remembers the names that stood in it twice."""

    twice: tuple[str, ...] = ()


def check_detail(text: str) -> CheckedDetail:
    """Raises ``ContractError`` with everything that is wrong; whatever the text is, it raises nothing else."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > DETAIL_BYTES:
        raise _refused("TOO_LARGE", f"at most {DETAIL_BYTES} bytes", f"{size} bytes")
    detail = _parsed(text, depth_of(text))
    if not isinstance(detail, dict):
        raise ContractError([Violation("detail", "an object", shown(detail))])
    found: list[Violation] = []
    _check_object(DETAIL, detail, "", found)
    for name in cast(_Members, detail).twice:
        found.append(Violation(escaped(cut(name, 64)), "one occurrence of each key", "a duplicate key"))
    if found:
        raise ContractError(found)
    event_id = detail.get("event_id")
    return CheckedDetail(event_id if isinstance(event_id, str) else None, detail["baseline_validated"] is True)


def depth_of(text: str) -> int:
    """How many objects and arrays stand inside one another at the deepest place. Takes any text."""
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        first = found[0][0]
        if first in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in "]}":
            depth -= 1
    return deepest


def _parsed(text: str, levels: int) -> Json:
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_members,
            # The pipeline judges numbers as doubles. An int of more than 4300 digits would not even be read.
            parse_int=float,
            parse_float=float,
            parse_constant=_no_constant,
        )
    except RecursionError:
        # Too deep to say whether it is JSON; the pipeline refuses it one way or the other.
        parsed = None
    except ValueError as error:
        raise _refused("NOT_JSON", "JSON", escaped(str(error)[:120])) from None
    if levels > LEVELS:
        raise _refused("TOO_DEEP", f"at most {LEVELS} levels", f"{levels} levels")
    return cast(Json, parsed)


def _refused(code: str, rule: str, value: str) -> ContractError:
    return ContractError([Violation("detail", rule, value)], code)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _members(pairs: list[tuple[str, Json]]) -> _Members:
    members = _Members(pairs)
    if len(members) < len(pairs):
        seen: Counter[str] = Counter()
        twice: list[str] = []
        for name, _ in pairs:
            seen[name] += 1
            if seen[name] > 1:
                twice.append(name)
        members.twice = tuple(twice)
    return members


def _check_object(rule: Rule, value: dict[str, Json], prefix: str, found: list[Violation]) -> None:
    for name, inner in rule.properties.items():
        if name in value:
            _check(inner, value[name], prefix + name, found)
        elif name in rule.required:
            found.append(Violation(prefix + name, "required", "nothing"))
    if rule.each is not None:
        for name in sorted(value, key=_order_of_name):
            _check(rule.each, value[name], prefix + escaped(cut(name, 64)), found)


def _check(rule: Rule, value: Json, field: str, found: list[Violation]) -> None:
    if not _holds(rule, value):
        found.append(Violation(field, rule.says, shown(value)))
    elif isinstance(value, dict):
        _check_object(rule, value, f"{field}.", found)


def _holds(rule: Rule, value: Json) -> bool:
    if rule.kind == "string":
        return isinstance(value, str) and _holds_text(rule, value)
    if rule.kind == "number":
        return isinstance(value, float) and value - value == 0  # neither infinite nor NaN
    return isinstance(value, bool if rule.kind == "boolean" else dict)


def _holds_text(rule: Rule, value: str) -> bool:
    if rule.pattern is not None and rule.pattern.fullmatch(value) is None:
        return False
    return (rule.minimum or 0) <= len(value) and (rule.maximum is None or len(value) <= rule.maximum)


def _order_of_name(name: str) -> int:
    """JavaScript, and so the pipeline, tells names that are array indexes first, by size, and the others as they came."""
    is_index = re.fullmatch("0|[1-9][0-9]{0,9}", name, re.ASCII) is not None and int(name) < 2**32 - 1
    return int(name) if is_index else 2**32
