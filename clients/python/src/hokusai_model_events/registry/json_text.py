"""Writes JSON that keeps every digit of a number."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral, Rational, Real
from typing import cast

from ..contract_data import LEVELS
from ..errors import Violation
from ..formatted_values import escaped

JsonValue = Mapping[str, "JsonValue"] | list["JsonValue"] | tuple["JsonValue", ...] | str | int | float | Decimal | bool | None
"""A value of an event. ``int`` and ``Decimal`` are written digit for digit, ``float`` as ``repr`` does."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(value: object, found: list[Violation], field: str = "", levels: int = 1) -> str:
    """The value as JSON.

    A value that JSON or the pipeline does not allow (NaN, an infinity, a type outside JSON) is added to ``found``, and the text
    is not usable. ``field`` is the value's path, ``levels`` its depth, itself included.
    """
    if isinstance(value, str):
        return _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Decimal, Real)):
        return _number(value, found, field)
    if not isinstance(value, (Mapping, list, tuple)):
        return _refuse(found, field, "a JSON value", f"a Python {type(value).__name__}")
    # Also ends the recursion of a value that contains itself.
    if levels > LEVELS:
        return _refuse(found, field, f"at most {LEVELS} levels", "more")
    if isinstance(value, Mapping):
        return _object(cast("Mapping[object, object]", value), found, field, levels)
    items = cast("list[object]", value)
    return f"[{','.join(json_text(item, found, f'{field}[{at}]', levels + 1) for at, item in enumerate(items))}]"


def _object(value: Mapping[object, object], found: list[Violation], field: str, levels: int) -> str:
    members: list[str] = []
    for name, member in value.items():
        if not isinstance(name, str):
            _refuse(found, field, "string keys", f"a Python {type(name).__name__}")
            continue
        path = escaped(name[:64])
        members.append(f"{_string(name)}:{json_text(member, found, f'{field}.{path}' if field else path, levels + 1)}")
    return f"{{{','.join(members)}}}"


def _string(value: str) -> str:
    # An unpaired surrogate has no UTF-8; its escape is valid JSON.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _number(value: Decimal | Real, found: list[Violation], field: str) -> str:
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else _refuse(found, field, "a finite number", str(value))
    if isinstance(value, Integral):
        # Through Decimal: `str` of an int refuses more than 4300 digits.
        return str(Decimal(int(value)))
    if isinstance(value, Rational):
        return _refuse(found, field, "a number that JSON can write: int, float or Decimal", f"a Python {type(value).__name__}")
    # Not `repr(value)`: NumPy's floats name their type in it.
    text = float.__repr__(float(value))
    return text if math.isfinite(value) else _refuse(found, field, "a finite number", text)


def _refuse(found: list[Violation], field: str, rule: str, value: str) -> str:
    found.append(Violation(field or "detail", rule, value))
    return "null"
