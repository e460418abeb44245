"""Exponential backoff with full jitter: retries of many clients spread out instead of coming in waves."""

from __future__ import annotations

import random


def pause_before(attempt: int, *, first_seconds: float, longest_seconds: float) -> float:
    """Seconds to wait before retry number ``attempt`` (0 is the first): from 0 to the bound of that attempt."""
    return random.uniform(0, min(longest_seconds, first_seconds * 2 ** min(attempt, 30)))
