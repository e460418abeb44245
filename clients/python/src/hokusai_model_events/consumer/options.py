"""A consumer's settings beside the connection, checked on entry; ranges and defaults are the Node package's."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import socket
from typing import Any

from hokusai_model_events.errors import SettingsError


def _setting(default: float, least: float, most: float) -> Any:
    return dataclasses.field(default=default, metadata={"least": least, "most": most})


def _default_name() -> str:
    return f"{re.sub(r'[^A-Za-z0-9.-]', '-', socket.gethostname())[:48]}:{os.getpid()}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConsumerOptions:
    """How a consumer works. Raises ``SettingsError`` naming the setting, its rule and the value."""

    concurrency: int = _setting(1, 1, 1000)
    """Messages processed at the same time, 1-1000."""
    prefetch: int = _setting(0, 0, 1000)
    """Messages claimed ahead, so that a worker never waits for Redis, 0-1000."""
    lease_seconds: float = _setting(60, 5, 3600)
    """Messages of a dead consumer return to the queue after this time; renewed while a handler runs, 5-3600."""
    handler_seconds: float = _setting(300, 1, 86_400)
    """A handler that takes longer counts as failed, 1-86400."""
    max_retries: int = _setting(3, 0, 100)
    """Retries before a message becomes a dead letter, 0-100."""
    first_retry_seconds: float = _setting(1, 0.01, 3600)
    """Upper bound of the pause before the first retry; it doubles each time, 0.01-3600."""
    longest_retry_seconds: float = _setting(60, 0.01, 86_400)
    """Upper bound of any such pause, 0.01-86400."""
    stop_seconds: float = _setting(25, 0, 3600)
    """How long a stop lets handlers finish, 0-3600; ECS kills after 30 by default."""
    block_seconds: float = _setting(5, 0.1, 60)
    """Longest wait inside Redis for a message, 0.1-60."""
    name: str = dataclasses.field(default_factory=_default_name)
    """Shown to operators as the claim's holder, 1-64 of ``A-Z a-z 0-9 . _ : -``; by default host name and process id."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value: object = getattr(self, field.name)
            if field.metadata and not _is_in_range(value, whole=field.type == "int", **field.metadata):
                kind = "whole number" if field.type == "int" else "number"
                least, most = field.metadata["least"], field.metadata["most"]
                raise SettingsError(f"{field.name} must be a {kind} from {least:g} to {most:g}, got {value!r}")
        if not re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", self.name):
            raise SettingsError(f"name must be 1 to 64 of A-Z a-z 0-9 . _ : -, got {self.name!r}")


def _is_in_range(value: object, *, whole: bool, least: float, most: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        return False
    return math.isfinite(value) and least <= value <= most
