"""Writes JSON that keeps every digit of a number."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from numbers import Integral, Rational, Real
from pathlib import PurePath
from typing import cast
from uuid import UUID

from ..contract_data import LEVELS
from ..errors import Violation
from ..formatted_values import field_name

JsonValue = Mapping[str, "JsonValue"] | list["JsonValue"] | tuple["JsonValue", ...] | str | int | float | Decimal | bool | None
"""A value of an event. ``int`` and ``Decimal`` are written digit for digit, ``float`` as ``repr`` does."""

_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
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
    if isinstance(value, bool) or python_type(value) in _NUMPY_BOOLS:
        return "true" if value else "false"
    # NumPy's durations are integers of an unknown unit.
    if isinstance(value, (Decimal, Real)) and python_type(value) != "numpy.timedelta64":
        return _number(value, found, field)
    if not isinstance(value, (Mapping, list, tuple)):
        return _refuse(found, field, "a JSON value", described(value))
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
            _refuse(found, field, "string keys", described(name))
            continue
        path = field_name(name)
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
    # Not `repr(value)`: NumPy's floats name their type in it. Not `float(value)`: a float32 has fewer digits of its own.
    text = float.__repr__(value) if isinstance(value, float) else str(value)
    if text.lower() in ("nan", "inf", "-inf"):
        return _refuse(found, field, "a finite number", text)
    if not _JSON_NUMBER.fullmatch(text):
        return _refuse(found, field, "a number that JSON can write: int, float or Decimal", described(value))
    return text


def python_type(value: object) -> str:
    """The type's name with its module, as in ``numpy.ndarray``."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def described(value: object) -> str:
    """The type of a value that an event does not allow, and what to write instead if that is known."""
    instead = next((text for fits, text in _INSTEAD if fits(value)), None)
    return f"a Python {python_type(value)}" + (f": write {instead}" if instead else "")


def _has(method: str) -> Callable[[object], bool]:
    return lambda value: callable(getattr(value, method, None))


_NUMPY_BOOLS = ("numpy.bool", "numpy.bool_")
# By what the value can do, since none of these packages is imported here.
_INSTEAD: tuple[tuple[Callable[[object], bool], str], ...] = (
    (_has("isoformat"), "value.isoformat()"),
    (lambda value: python_type(value).startswith("numpy.datetime64"), "str(value)"),
    (lambda value: python_type(value) == "numpy.timedelta64", "value / numpy.timedelta64(1, 's')"),
    (_has("total_seconds"), "value.total_seconds()"),
    (_has("to_dict"), "value.to_dict()"),
    (_has("tolist"), "value.tolist()"),
    (lambda value: isinstance(value, Enum), "value.value"),
    (lambda value: isinstance(value, (UUID, PurePath, int)), "str(value)"),
    (lambda value: isinstance(value, (bytes, bytearray)), "value.decode()"),
    (lambda value: isinstance(value, (set, frozenset)), "sorted(value)"),
    (lambda value: isinstance(value, Rational), "float(value), or a Decimal"),
    (lambda value: dataclasses.is_dataclass(value), "dataclasses.asdict(value)"),
    (_has("keys"), "dict(value)"),
    (_has("__next__"), "list(value)"),
)


def _refuse(found: list[Violation], field: str, rule: str, value: str) -> str:
    found.append(Violation(field or "detail", rule, value))
    return "null"
