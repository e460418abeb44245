"""A bus with answers from the test, which can run code before the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hokusai_model_events.registry.event_bus import BusError, Event, NotTaken, Taken


class HeldBus:
    def __init__(self, answers: list[Taken | NotTaken] | BusError) -> None:
        self._answers = answers
        self.meanwhile: Callable[[], None] = lambda: None

    def put(self, events: Sequence[Event]) -> list[Taken | NotTaken]:
        self.meanwhile()
        if isinstance(self._answers, BusError):
            raise self._answers
        return self._answers
