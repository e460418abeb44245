"""Values in error messages: shortened, on one line, escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

_MAX_LENGTH = 60
# C0, quote, backslash, angle brackets, DEL and C1, soft hyphen, zero width, bidi, separators, BOM, unpaired surrogates.
_UNSAFE = re.compile(
    "[\u0000-\u001f\"\\\\<>\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def formatted(value: object) -> str:
    """A parsed JSON value for an error message."""
    if isinstance(value, str):
        if len(value) <= _MAX_LENGTH:
            return f'"{escaped(value)}"'
        return f'"{escaped(value[:_MAX_LENGTH])}…" ({len(value)} characters)'
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence):
        return f"an array of {len(cast('Sequence[object]', value))}"
    text = str(value)
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"


def escaped(text: str) -> str:
    r"""The text with control, invisible and markup characters as ``\uXXXX``."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def field_name(name: str) -> str:
    """A member's name in a violation's ``field``: escaped, and cut after 64 UTF-16 units as in a dead letter."""
    return escaped(name.encode("utf-16-le", "surrogatepass")[:128].decode("utf-16-le", "surrogatepass"))
