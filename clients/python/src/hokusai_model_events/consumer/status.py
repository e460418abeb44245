"""What a consumer does at the moment."""

from __future__ import annotations

import dataclasses
from typing import Literal, Protocol

ConsumerState = Literal["running", "paused", "breaker-open", "stopping"]


@dataclasses.dataclass(frozen=True)
class ConsumerStatus:
    """A consumer's state, for health checks."""

    state: ConsumerState
    """``paused``: by an operator. ``breaker-open``: all attempts fail, and the consumer pauses itself."""
    busy: int
    """Handlers that run, also those whose claim was lost."""
    held: int
    """Messages that it has claimed and not settled."""
    pending: int
    """Those of them that no handler has started."""


class HasStatus(Protocol):
    """A ``Consumer`` or an ``AsyncConsumer``."""

    @property
    def status(self) -> ConsumerStatus: ...
