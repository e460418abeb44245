"""JSON without loss: integers with all their digits, decimals as Decimal, and members as they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

# Python refuses to read an int of more than 4300 digits.
_MAX_INT_DIGITS = 4000
_SPACE = re.compile(r"[ \t\n\r]*")


def exact_decoder(members: Callable[[list[tuple[str, Any]]], Any] | None = None) -> json.JSONDecoder:
    """A decoder that keeps every digit and raises ValueError for NaN and Infinity; ``members`` builds each object."""
    return json.JSONDecoder(
        object_pairs_hook=members, parse_int=_integer, parse_float=_decimal, parse_constant=_refuse_constant
    )


def parse_exact(text: str) -> Any:
    """The value; raises ValueError where the text is not JSON."""
    try:
        return _decoder.decode(text)
    except RecursionError:
        raise ValueError("objects and arrays are nested too deeply") from None


def member_text(text: str, name: str) -> str | None:
    """The characters of a member's value in an object that ``parse_exact`` accepts; of duplicates the last, as in a parse."""
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
    return int(digits) if len(digits) <= _MAX_INT_DIGITS else Decimal(digits)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent of about twenty digits: keep what a double holds
        return Decimal(float(digits))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_decoder = exact_decoder()
