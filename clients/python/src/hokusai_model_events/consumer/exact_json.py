"""JSON without loss: integers with all their digits, decimals as Decimal, and members as the characters they were."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

# Beyond this Python refuses to read an int, since its time grows with the square of the length.
_LONGEST_INT = 4000
_SPACE = re.compile(r"[ \t\n\r]*")


def parse_exact(text: str) -> Any:
    """The value; raises ValueError where the text is no JSON, NaN and Infinity included."""
    try:
        return _decoder.decode(text)
    except RecursionError:
        raise ValueError("too many objects and arrays inside one another") from None


def member_text(text: str, name: str) -> str | None:
    """The characters of the member's value in an object that ``parse_exact`` takes; of several the last one, as in a parse."""
    found: str | None = None
    at = _past_space(text, _past_space(text, 0) + 1)
    while text[at] == '"':
        key, at = _decoder.raw_decode(text, at)
        start = _past_space(text, _past_space(text, at) + 1)
        _, at = _decoder.raw_decode(text, start)
        if key == name:
            found = text[start:at]
        at = _past_space(text, at)
        if text[at] == ",":
            at = _past_space(text, at + 1)
    return found


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_INT else Decimal(digits)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent of twenty digits: what a double would be is the best left to say
        return Decimal(float(digits))


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(parse_int=_integer, parse_float=_decimal, parse_constant=_no_number)
