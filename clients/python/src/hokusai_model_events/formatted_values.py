"""Values for error messages, in the very form of the pipeline's dead letters: shortened, on one line, harmless everywhere.

Lengths and cuts count UTF-16 units, and numbers have their JavaScript form, since a message here and a dead letter about the
same event must say the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

_LONGEST = 60
# C0, quote, backslash, angle brackets, DEL and C1, soft hyphen, zero width, bidi, separators, BOM, surrogates alone.
_HARMFUL = re.compile(
    "[\u0000-\u001f\"\\\\<>\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def shown(value: object) -> str:
    """A parsed JSON value (numbers as float) for people."""
    if isinstance(value, str):
        units = _units(value)
        return f'"{escaped(value)}"' if units <= _LONGEST else f'"{escaped(cut(value, _LONGEST))}…" ({units} characters)'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence):
        return f"an array of {len(cast('Sequence[object]', value))}"
    return "null"


def escaped(text: str) -> str:
    r"""The text with all that a terminal, a log or a page could act on as ``\uXXXX``."""
    return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def cut(text: str, units: int) -> str:
    """The first UTF-16 units of a text; a pair that the cut goes through leaves half of itself."""
    return text if len(text) * 2 <= units else _utf16(text)[: units * 2].decode("utf-16-le", "surrogatepass")


def _units(text: str) -> int:
    return len(_utf16(text)) // 2


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _number(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    # Both languages write the shortest digits that mean the number; they differ in where the exponent begins.
    mantissa, _, exponent = f"{abs(value)!r}e".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    # The number is 0.<digits> times ten to this.
    point = len(whole) - leading + int(exponent.rstrip("e") or 0)
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"
