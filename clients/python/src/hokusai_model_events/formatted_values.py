"""Values in error messages: shortened, on one line, escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from .invisible_ranges import INVISIBLE_RANGES

_MAX_LENGTH = 60
_RANGES = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in INVISIBLE_RANGES)
_INVISIBLE = re.compile(f"[{_RANGES}]")
_UNSAFE = re.compile(f'[{_RANGES}"\\\\<>]')


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
    r"""The text of a value, with quotes, backslashes, angle brackets and invisible characters as ``\uXXXX``."""
    return _UNSAFE.sub(_escape_of, text)


def escape_invisible(text: str) -> str:
    r"""A line for a terminal or a log with invisible characters as ``\uXXXX``; escapes in it stay as they are."""
    return _INVISIBLE.sub(_escape_of, text)


def _escape_of(found: re.Match[str]) -> str:
    # Past the first 65,536 characters two escapes, which JSON reads as the character again.
    return re.sub("....", r"\\u\g<0>", found[0].encode("utf-16-be", "surrogatepass").hex())


def field_name(name: str) -> str:
    """A member's name in a violation's ``field``: escaped, and cut after 64 UTF-16 units as in a dead letter."""
    return escaped(name.encode("utf-16-le", "surrogatepass")[:128].decode("utf-16-le", "surrogatepass"))
