"""JSON that keeps the digits: what a number is written as is what the consumers get."""

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
"""What an event can hold. ``int`` and ``Decimal`` are written digit for digit, ``float`` as ``repr`` does."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(value: object, found: list[Violation], field: str = "", levels: int = 1) -> str:
    """The value as JSON.

    What JSON or the pipeline cannot hold (NaN, an infinity, a type that is none of JSON's) is added to ``found``; the text is of
    no use then. ``field`` is the value's path, ``levels`` says how many objects it stands in, itself included.
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
        return _unfit(found, field, "a JSON value", f"a Python {type(value).__name__}")
    # Also ends what holds itself.
    if levels > LEVELS:
        return _unfit(found, field, f"at most {LEVELS} levels", "more")
    if isinstance(value, Mapping):
        return _object(cast("Mapping[object, object]", value), found, field, levels)
    items = cast("list[object]", value)
    return f"[{','.join(json_text(item, found, f'{field}[{at}]', levels + 1) for at, item in enumerate(items))}]"


def _object(value: Mapping[object, object], found: list[Violation], field: str, levels: int) -> str:
    members: list[str] = []
    for name, member in value.items():
        if not isinstance(name, str):
            _unfit(found, field, "names that are text", f"a Python {type(name).__name__}")
            continue
        path = escaped(name[:64])
        members.append(f"{_string(name)}:{json_text(member, found, f'{field}.{path}' if field else path, levels + 1)}")
    return f"{{{','.join(members)}}}"


def _string(value: str) -> str:
    # A surrogate alone has no UTF-8; its escape is JSON all the same, and the pipeline carries it.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _number(value: Decimal | Real, found: list[Violation], field: str) -> str:
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else _unfit(found, field, "a finite number", str(value))
    if isinstance(value, Integral):
        # By way of Decimal: `str` of an int refuses more than 4300 digits.
        return str(Decimal(int(value)))
    if isinstance(value, Rational):
        return _unfit(found, field, "a number with its digits, as a Decimal has", f"a Python {type(value).__name__}")
    # Not `repr(value)`: NumPy's numbers are floats too, and name their type there.
    text = float.__repr__(float(value))
    return text if math.isfinite(value) else _unfit(found, field, "a finite number", text)


def _unfit(found: list[Violation], field: str, rule: str, value: str) -> str:
    found.append(Violation(field or "detail", rule, value))
    return "null"
