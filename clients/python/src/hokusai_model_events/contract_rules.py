"""The contract's rules: read from JSON Schema, checked against parsed values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeGuard, cast

from .errors import Violation
from .formatted_values import field_name, formatted


@dataclass(frozen=True)
class Rule:
    """The rule for one value."""

    kind: str
    """``string``, ``number``, ``integer``, ``boolean`` or ``object``."""
    description: str
    """The rule as a sentence for people."""
    minimum: int
    """Smallest integer, or least number of characters (code points) in a string."""
    maximum: float
    pattern: re.Pattern[str] | None
    """The whole string must match it."""
    properties: Mapping[str, Rule]
    """Rules for an object's known fields, in the order of their violations."""
    required: frozenset[str]
    each: Rule | None
    """The rule for every value of an object."""

    def check(self, value: object, field: str, found: list[Violation]) -> None:
        """Adds a violation for each rule that the value at ``field`` breaks."""
        if not self._accepts(value):
            found.append(Violation(field, self.description, formatted(value)))
        elif self.kind == "object":
            self.check_members(cast("Mapping[str, object]", value), found, f"{field}.")

    def check_members(self, members: Mapping[str, object], found: list[Violation], prefix: str = "") -> None:
        """Adds a violation for each rule that an object's members break."""
        for name, rule in self.properties.items():
            if name in members:
                rule.check(members[name], prefix + name, found)
            elif name in self.required:
                found.append(Violation(prefix + name, "required", "nothing"))
        if self.each is not None:
            for name, value in members.items():
                self.each.check(value, prefix + field_name(name), found)

    def _accepts(self, value: object) -> bool:
        if self.kind == "string":
            if not isinstance(value, str) or not self.minimum <= len(value) <= self.maximum:
                return False
            return self.pattern is None or self.pattern.fullmatch(value) is not None
        if self.kind in ("number", "integer"):
            if not _is_number(value):
                return False
            number = _as_double(value)
            return math.isfinite(number) and (self.kind == "number" or (number.is_integer() and number >= self.minimum))
        return isinstance(value, bool if self.kind == "boolean" else dict)


def rule_of(schema: Mapping[str, Any]) -> Rule:
    """The rule of a JSON Schema fragment, as in contract.json."""
    pattern = re.escape(schema["const"]) if "const" in schema else schema.get("pattern")
    each = schema.get("additionalProperties")
    return Rule(
        kind=schema.get("type", "string"),
        description=schema["description"],
        minimum=schema.get("minLength", schema.get("minimum", 0)),
        maximum=schema.get("maxLength", math.inf),
        # Without its anchors: in Python ``$`` also matches before a trailing line feed.
        pattern=None if pattern is None else re.compile(pattern.removeprefix("^").removesuffix("$"), re.ASCII),
        properties={name: rule_of(inner) for name, inner in schema.get("properties", {}).items()},
        required=frozenset(schema.get("required", ())),
        each=None if each is None else rule_of(each),
    )


def count_of(value: object) -> int:
    """A whole number from 0, as the Node package counts; 0 for any other value."""
    if not _is_number(value):
        return 0
    number = _as_double(value)
    return int(value) if number.is_integer() and number >= 0 else 0


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _as_double(value: int | Decimal) -> float:
    """The publisher and the Node package judge numbers as doubles."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
