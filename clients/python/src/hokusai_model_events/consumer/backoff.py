"""Pauses before another attempt."""

from __future__ import annotations

import random


def pause_before(attempt: int, *, first_seconds: float, longest_seconds: float) -> float:
    """Exponential backoff with full jitter: retries of many clients spread out instead of coming in waves.

    Seconds to wait before retry number ``attempt`` (0 is the first): from 0 to the bound of that attempt.
    """
    return random.uniform(0, min(longest_seconds, first_seconds * 2 ** min(attempt, 30)))


def retry_pause(retries: int, *, first_seconds: float, longest_seconds: float) -> float:
    """Seconds before a message's next attempt, of which ``retries`` went before: eightfold each time, within ± 25 %.

    With the defaults (10 s, 600 s) three retries follow after about 10 s, 80 s and 10 minutes: they outlive a deployment of
    the service that the handler calls.
    """
    return min(longest_seconds, first_seconds * 8 ** min(retries, 10)) * random.uniform(0.75, 1.25)
