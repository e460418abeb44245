"""The contract as the package carries it: contract.json, generated from the TypeScript rules."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping


@dataclass(frozen=True)
class Rule:
    """What one value must be."""

    kind: str
    """``string``, ``number``, ``boolean`` or ``object``."""
    says: str
    """The rule as a sentence for people."""
    minimum: int | None
    """Characters (code points) of a string, at least."""
    maximum: int | None
    pattern: re.Pattern[str] | None
    """What the whole of a string must match."""
    properties: Mapping[str, Rule]
    """Rules of an object's known fields, in the order in which they are told."""
    required: frozenset[str]
    each: Rule | None
    """The rule of every value of an object."""


def _rule(schema: Mapping[str, Any]) -> Rule:
    pattern = schema.get("pattern")
    each = schema.get("additionalProperties")
    return Rule(
        kind=schema["type"],
        says=schema["says"],
        minimum=schema.get("minLength"),
        maximum=schema.get("maxLength"),
        # Anchored in the contract; `$` alone would accept a line end after the last character here.
        pattern=None if pattern is None else re.compile(str(pattern).removeprefix("^").removesuffix("$"), re.ASCII),
        properties={name: _rule(inner) for name, inner in schema.get("properties", {}).items()},
        required=frozenset(schema.get("required", ())),
        each=None if each is None else _rule(each),
    )


_DATA: Mapping[str, Any] = json.loads((Path(__file__).resolve().parent / "contract.json").read_text("utf-8"))

SOURCE: str = _DATA["source"]
"""``source`` of the registry's events."""
DETAIL_TYPE: str = _DATA["detailType"]
DETAIL_BYTES: int = _DATA["limits"]["detailBytes"]
"""Bytes of a detail as UTF-8, at most: the pipeline's limit for an event, less what EventBridge puts around it."""
LEVELS: int = _DATA["limits"]["levels"]
"""Objects and arrays inside one another, at most; the detail is the first."""
DETAIL: Rule = _rule(_DATA["detail"])

REDIS_HOST: str = _DATA["variables"]["redisHost"]
REDIS_PORT: str = _DATA["variables"]["redisPort"]
REDIS_AUTH_TOKEN: str = _DATA["variables"]["redisAuthToken"]
QUEUE: str = _DATA["variables"]["queue"]
BUS: str = _DATA["variables"]["eventBus"]
