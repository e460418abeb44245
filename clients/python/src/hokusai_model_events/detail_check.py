"""Judges the text of a ``ModelRegistered`` detail as the publisher does: the same verdict, code and fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from .contract_data import DETAIL, DETAIL_BYTES, LEVELS
from .errors import ContractError, Violation
from .exact_json import exact_decoder
from .formatted_values import escaped, field_name, formatted

# A whole string, or one bracket: nothing else changes the depth.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


@dataclass(frozen=True)
class CheckedDetail:
    """A detail that breaks no rule."""

    event_id: str | None
    will_be_published: bool
    """False where the baseline is not validated: the pipeline counts the event and publishes no message."""


def check_detail(text: str) -> CheckedDetail:
    """Raises ``ContractError`` with every violation, and no other error whatever the text is."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > DETAIL_BYTES:
        raise _refused("TOO_LARGE", f"at most {DETAIL_BYTES} bytes", f"{size} bytes")
    value, duplicates = _parsed(text)
    if not isinstance(value, dict):
        raise ContractError([Violation("detail", "an object", formatted(value))])
    detail = cast("dict[str, object]", value)
    found: list[Violation] = []
    DETAIL.check_members(detail, found)
    found += [Violation(field_name(name), "one occurrence of each key", "a duplicate key") for name in duplicates]
    if found:
        raise ContractError(found)
    event_id = detail.get("event_id")
    return CheckedDetail(event_id if isinstance(event_id, str) else None, detail["baseline_validated"] is True)


def _depth_of(text: str) -> int:
    """The deepest nesting of objects and arrays. Takes any text."""
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        first = found[0][0]
        if first in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in "]}":
            depth -= 1
    return deepest


def _parsed(text: str) -> tuple[object, list[str]]:
    """The value, and the duplicate keys of the outermost object."""
    duplicates: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        # The outermost object is parsed last.
        duplicates.clear()
        for name, value in pairs:
            if name in result:
                duplicates.append(name)
            result[name] = value
        return result

    value: object = None
    try:
        value = exact_decoder(members).decode(text)
    except RecursionError:
        pass  # deeper than LEVELS, which the check below reports
    except ValueError as error:
        raise _refused("NOT_JSON", "JSON", escaped(str(error)[:120])) from None
    levels = _depth_of(text)
    if levels > LEVELS:
        raise _refused("TOO_DEEP", f"at most {LEVELS} levels", f"{levels} levels")
    return value, duplicates


def _refused(code: str, rule: str, value: str) -> ContractError:
    return ContractError([Violation("detail", rule, value)], code)
