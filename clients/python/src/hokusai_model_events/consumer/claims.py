"""The messages in a consumer's hands, and how each of them is settled."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterable
from .backoff import pause_before
from .connection import RedisConnection
from .delivery import DeadLetterError, Delivery
from .events import ConsumerEvent, EventName, Reporter
from .faults import RedisFaultError
from .message import Message, UnreadableMessageError
from .model_queue import Claim, ModelQueue, retries_of
from .options import ConsumerOptions
from .session import RedisSession

_LONGEST_CODE = 64
_LONGEST_REASON = 1000


@dataclasses.dataclass(eq=False)
class HeldClaim:
    """A message in our hands."""

    claim: Claim
    started: bool
    """False where Redis knows it as prefetched only."""
    message: Message | None = None
    """None as long as it was not read."""
    delivery: Delivery = dataclasses.field(default_factory=Delivery)
    work: asyncio.Future[None] | None = None

    def cancel(self) -> None:
        """Tells the handler that its work is not wanted any more."""
        self.delivery.cancelled.set()
        if self.work is not None:
            self.work.cancel()


class Claims:
    """Everything held. Each settlement is tried until it has an answer or the claim is lost; the scripts may be repeated."""

    def __init__(self, queue: ModelQueue, commands: RedisSession, options: ConsumerOptions, reporter: Reporter) -> None:
        self._queue, self._commands, self._options, self._reporter = queue, commands, options, reporter
        self._held: dict[HeldClaim, None] = {}  # in the order of their claims
        self.abandoned = asyncio.Event()
        """Set when the consumer gives up what is still worked on."""

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, held: HeldClaim) -> None:
        self._held[held] = None

    def release(self, held: HeldClaim) -> None:
        self._held.pop(held, None)

    async def start(self, held: HeldClaim) -> bool:
        """Marks a prefetched message as started; False where somebody else has it."""
        seconds = self._options.lease_seconds
        step = self._settle(held, "start", lambda redis: self._queue.start(redis, held.claim, seconds))
        return await step == "started"

    async def acknowledge(self, held: HeldClaim) -> None:
        """The work is done."""
        outcome = await self._settle(held, "acknowledge", lambda redis: self._queue.acknowledge(redis, held.claim))
        if outcome == "acknowledged":
            self._report("acknowledged", held)

    async def fail(self, held: HeldClaim, error: BaseException) -> None:
        """The work failed: a retry, or a dead letter where trying again cannot help."""
        # A handler that gives up because it was told to has not failed; what is held goes back when the consumer stops.
        if self.abandoned.is_set():
            return
        outcome = await self._settle(held, "settle a failure", lambda redis: self._failure(redis, held.claim, error))
        if outcome != "not-held":
            self._report("retried" if outcome == "retried" else "dead-lettered", held, error)

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
        """Tells the handlers that the consumer stops, and gives back what they have in their hands."""
        self.abandoned.set()
        unfinished = list(self._held)
        for held in unfinished:
            held.cancel()
        await self.give_back(unfinished)

    async def give_back(self, claims: Iterable[HeldClaim]) -> None:
        """Returns messages unchanged. What cannot be given back now comes back when its lease runs out."""
        by_nonce: dict[str, list[bytes]] = {}
        for held in claims:
            self.release(held)
            by_nonce.setdefault(held.claim.nonce, []).append(held.claim.text)
        # The youngest first: what is given back last is taken first.
        for nonce, texts in reversed(by_nonce.items()):
            await self.attempt(
                lambda nonce=nonce, texts=texts: self._commands.use(
                    "give back", lambda redis: self._queue.give_back(redis, nonce, texts)
                )
            )

    async def attempt(self, step: Callable[[], Awaitable[object]]) -> None:
        """For what may fail without harm: the error is reported, and the leases put it right."""
        try:
            await step()
        except RedisFaultError as error:
            self._reporter.report(ConsumerEvent("warning", error=error))

    async def _failure(self, redis: RedisConnection, claim: Claim, error: BaseException) -> str:
        reason = str(error)[:_LONGEST_REASON] or type(error).__name__
        if isinstance(error, (DeadLetterError, UnreadableMessageError)):
            code = error.code[:_LONGEST_CODE] or "REFUSED"
            return await self._queue.dead_letter(redis, claim, code=code, reason=reason)
        delay = pause_before(
            retries_of(claim.text),
            first_seconds=self._options.first_retry_seconds,
            longest_seconds=self._options.longest_retry_seconds,
        )
        retries = self._options.max_retries
        return await self._queue.retry(
            redis, claim, delay_seconds=delay, max_retries=retries, code="HANDLER_FAILED", reason=reason
        )

    async def _settle(self, held: HeldClaim, doing: str, step: Callable[[RedisConnection], Awaitable[str]]) -> str:
        failures = 0
        # Whoever lost the claim has nothing to settle any more; the scripts would refuse it.
        while held in self._held and not self.abandoned.is_set():
            try:
                outcome = await self._commands.use(doing, step)
            except RedisFaultError as error:
                self._reporter.report(ConsumerEvent("warning", error=error))
                await pause_after(failures, self.abandoned)
                failures += 1
                continue
            if outcome == "not-held":
                self._lose(held)
            return outcome
        return "not-held"

    def _lose(self, held: HeldClaim) -> None:
        if held not in self._held:
            return
        self.release(held)
        held.delivery.lost.set()
        held.cancel()
        self._report("lost", held)

    def _report(self, name: EventName, held: HeldClaim, error: BaseException | None = None) -> None:
        message_id = None if held.message is None else held.message.message_id
        self._reporter.report(ConsumerEvent(name, held.claim.text, message_id, error))


async def pause_after(failures: int, unless: asyncio.Event) -> None:
    """Waits before the next try at Redis, not longer than until the event."""
    seconds = 0.05 + pause_before(failures, first_seconds=0.2, longest_seconds=5)
    try:
        await asyncio.wait_for(unless.wait(), seconds)
    except asyncio.TimeoutError:
        pass
