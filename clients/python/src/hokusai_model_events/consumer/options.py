"""A consumer's settings beside the connection, checked on entry; ranges and defaults are the Node package's."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import socket
from typing import Any, Literal

from hokusai_model_events.errors import SettingsError
from hokusai_model_events.known_names import KnownNames

DEFAULT_MAX_RETRIES = 3


def _setting(default: float | None, least: float, most: float) -> Any:
    return dataclasses.field(default=default, metadata={"least": least, "most": most})


def _default_name() -> str:
    return f"{re.sub(r'[^A-Za-z0-9.-]', '-', socket.gethostname())[:48]}:{os.getpid()}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConsumerOptions(KnownNames):
    """How a consumer works. Raises ``SettingsError`` naming the setting, its rule and the value."""

    concurrency: int = _setting(1, 1, 1000)
    """Messages processed at the same time, 1-1000."""
    prefetch: int = _setting(0, 0, 1000)
    """Messages claimed ahead, so that a worker never waits for Redis, 0-1000."""
    lease_seconds: float = _setting(60, 5, 3600)
    """Messages of a dead consumer return to the queue after this time; renewed while a handler runs, 5-3600."""
    handler_seconds: float = _setting(300, 1, 86_400)
    """A handler that takes longer counts as failed, 1-86400."""
    max_retries: int | None = _setting(None, 0, 100)
    """Retries before a message becomes a dead letter, 0-100; None: the limit of the subscription, ``RedisSettings.max_retries``,
    or 3."""
    first_retry_seconds: float = _setting(10, 0.01, 3600)
    """Pause before the first retry, within ± 25 %; it grows eightfold each time, 0.01-3600."""
    longest_retry_seconds: float = _setting(600, 0.01, 86_400)
    """Longest such pause, within ± 25 %, 0.01-86400."""
    max_snooze_seconds: float = _setting(86_400, 0, 2_592_000)
    """How long after its first snooze a message can be snoozed again; then the attempt fails, 0-2592000."""
    breaker_failures: int = _setting(5, 0, 1000)
    """Different messages that fail in a row before the consumer pauses itself (circuit breaker), 0-1000; 0 turns it off."""
    report_seconds: float = _setting(60, 1, 3600)
    """Length of the period of a ``ConsumerReport``, 1-3600."""
    stop_seconds: float = _setting(25, 0, 3600)
    """How long a stop lets handlers finish, 0-3600; ECS kills after 30 by default."""
    block_seconds: float = _setting(5, 0.1, 60)
    """Longest wait inside Redis for a message, 0.1-60."""
    name: str = dataclasses.field(default_factory=_default_name)
    """Shown to operators as the claim's holder, 1-64 of ``A-Z a-z 0-9 . _ : -``; by default host name and process id."""

    log: Literal["text", "json", "off"] = "text"
    """How warnings and failures are written to stderr, a line each, by a consumer without a listener in a program that has not
    configured ``logging``; otherwise events are logged under ``hokusai_model_events`` alone."""

    @property
    def retry_limit(self) -> int:
        """``max_retries``, or its default."""
        return DEFAULT_MAX_RETRIES if self.max_retries is None else self.max_retries

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value: object = getattr(self, field.name)
            if field.metadata and not (value is None and field.default is None):
                check_number(field.name, value, whole=field.type != "float", **field.metadata)
        if not re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", self.name):
            raise SettingsError(f"name must be 1 to 64 of A-Z a-z 0-9 . _ : -, got {self.name!r}")
        if self.log not in ("text", "json", "off"):
            raise SettingsError(f"log must be text, json or off, got {self.log!r}")


def check_number(name: str, value: object, *, whole: bool, least: float, most: float) -> None:
    """Raises SettingsError for a value that is not a number of the range."""
    if isinstance(value, int if whole else (int, float)) and not isinstance(value, bool):
        if math.isfinite(value) and least <= value <= most:
            return
    kind = "whole number" if whole else "number"
    raise SettingsError(f"{name} must be a {kind} from {least:.15g} to {most:.15g}, got {value!r}")
