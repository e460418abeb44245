"""The messages that a consumer holds."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterable

from .backoff import pause_before
from .connection import RedisConnection
from .delivery import Delivery
from .events import ConsumerEvent, EventName, Reporter
from .faults import RedisFaultError
from .message import Message
from .model_queue import ModelQueue, retries_of
from .options import ConsumerOptions
from .queue_records import Claim
from .session import RedisSession


@dataclasses.dataclass(eq=False)
class HeldClaim:
    """A claimed message."""

    claim: Claim
    started: bool
    """False while Redis records it as prefetched."""
    message: Message | None = None
    """None until it is read."""
    delivery: Delivery = dataclasses.field(init=False)
    interrupt: Callable[[], object] | None = None
    """Cancels the handler's task; None if it is not an asyncio handler, or does not run."""

    def __post_init__(self) -> None:
        self.delivery = Delivery(attempt=retries_of(self.claim.text) + 1)

    def cancel(self) -> None:
        """Cancels the handler."""
        self.delivery.cancelled.set()
        if self.interrupt is not None:
            self.interrupt()


class Claims:
    """All claims of a consumer. Each step is retried until Redis answers or the claim is lost; the scripts are idempotent."""

    def __init__(self, queue: ModelQueue, commands: RedisSession, options: ConsumerOptions, reporter: Reporter) -> None:
        self._queue, self._commands, self._options, self._reporter = queue, commands, options, reporter
        self._held: dict[HeldClaim, None] = {}  # in the order of their claims
        self.abandoned = asyncio.Event()
        """Set when the consumer gives up its unfinished work."""

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, held: HeldClaim | None) -> bool:
        return held in self._held

    def hold(self, held: HeldClaim) -> None:
        self._held[held] = None

    def release(self, held: HeldClaim) -> None:
        self._held.pop(held, None)

    async def start(self, held: HeldClaim) -> bool:
        """Marks a prefetched message as started; False if the claim is lost."""
        seconds = self._options.lease_seconds
        step = self.settle(held, "start", lambda redis: self._queue.start(redis, held.claim, seconds))
        return await step == "started"

    async def settle(self, held: HeldClaim, operation: str, step: Callable[[RedisConnection], Awaitable[str]]) -> str:
        """Repeats the step until it succeeds; its outcome is ``not-held`` if the claim is lost."""
        failures = 0
        # A lost claim cannot be settled; the scripts would refuse it.
        while held in self._held and not self.abandoned.is_set():
            try:
                outcome = await self._commands.use(operation, step)
            except RedisFaultError as error:
                self._reporter.report(ConsumerEvent("warning", error=error))
                await pause_after(failures, self.abandoned)
                failures += 1
                continue
            if outcome == "not-held":
                self._lose(held)
            return outcome
        return "not-held"

    async def renew(self) -> None:
        """Renews all leases."""
        held = list(self._held)
        claims = [each.claim for each in held]
        seconds = self._options.lease_seconds
        still = await self._commands.use("renew leases", lambda redis: self._queue.extend(redis, claims, seconds))
        for each, is_held in zip(held, still):
            if not is_held:
                self._lose(each)

    async def abandon(self) -> None:
        """Cancels the handlers and gives back their messages."""
        self.abandoned.set()
        unfinished = list(self._held)
        for held in unfinished:
            held.cancel()
        await self.give_back(unfinished)

    async def give_back(self, claims: Iterable[HeldClaim]) -> None:
        """Returns messages unchanged, in the order of their claim. A message that cannot be given back returns when its lease
        expires."""
        unwanted = [held for held in claims if held in self._held]
        for held in unwanted:
            self.release(held)
        if unwanted:
            given = [held.claim for held in unwanted]
            await self.attempt(
                lambda: self._commands.use("give back", lambda redis: self._queue.give_back(redis, given))
            )

    async def attempt(self, step: Callable[[], Awaitable[object]]) -> None:
        """Runs a step that may fail: the error is reported, and lease expiry recovers the messages."""
        try:
            await step()
        except RedisFaultError as error:
            self._reporter.report(ConsumerEvent("warning", error=error))

    def report(
        self, name: EventName, held: HeldClaim, error: BaseException | None = None, seconds: float | None = None
    ) -> None:
        """Reports an event of a message."""
        message_id = None if held.message is None else held.message.message_id
        self._reporter.report(ConsumerEvent(name, held.claim.text, message_id, error, seconds))

    def _lose(self, held: HeldClaim) -> None:
        if held not in self._held:
            return
        self.release(held)
        held.delivery.lost.set()
        held.cancel()
        self.report("lost", held)


async def pause_after(failures: int, unless: asyncio.Event) -> None:
    """Waits before the next attempt, or until the event."""
    seconds = 0.05 + pause_before(failures, first_seconds=0.2, longest_seconds=5)
    try:
        await asyncio.wait_for(unless.wait(), seconds)
    except asyncio.TimeoutError:
        pass
