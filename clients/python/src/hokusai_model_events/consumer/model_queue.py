"""One subscription's queue in Redis."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from .connection import Argument, RedisConnection
from .scripts import script

# Retries that one claim moves when they are due, and entries looked at for the ages, from the old end.
_DUE_AT_ONCE = 100
_AGE_SAMPLE = 20


@dataclass(frozen=True)
class Claim:
    """A claimed text; ``nonce`` identifies the claim."""

    text: bytes
    nonce: str


@dataclass(frozen=True)
class Claimed:
    """The result of a claim."""

    texts: list[bytes]
    next_due_seconds: float | None
    """Seconds until the next delayed message is due, if the queue had fewer than requested."""


@dataclass(frozen=True)
class QueueState:
    """Numbers of messages and ages of the oldest."""

    depth: int
    processing: int
    delayed: int
    dead_letters: int
    oldest_message_seconds: float
    """Since the event of the oldest waiting message that is not from a replay; 0 if none waits."""
    oldest_claim_seconds: float


class ModelQueue:
    """Each method is one atomic step, safe to repeat, and changes nothing if the claim is not held.

    Methods take the connection, since connections are replaced and a queue is not. They raise ReportedError.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._main, self._processing = name, f"{name}:processing"
        self._leases, self._holders = f"{name}:processing:leases", f"{name}:processing:holders"
        self._delayed, self._dead_letters = f"{name}:delayed", f"{name}:dlq"

    async def claim(
        self, redis: RedisConnection, *, nonce: str, consumer: str, count: int, starting: int, lease_seconds: float
    ) -> Claimed:
        """Takes up to ``count`` messages, the oldest first; the first ``starting`` of them count as started."""
        keys = [self._main, self._processing, self._leases, self._holders, self._delayed]
        args = [nonce, consumer, count, starting, _ms(lease_seconds), _DUE_AT_ONCE]
        next_due_ms, *texts = cast("list[int | bytes]", await script("claim").run(redis, keys, args))
        due = cast(int, next_due_ms)
        return Claimed(cast("list[bytes]", texts), None if due < 0 else due / 1000)

    async def await_message(self, redis: RedisConnection, seconds: float) -> None:
        """Waits in Redis, at most ``seconds``, until the queue has a message, and leaves it there: it moves from the right
        end to the right end. A wait whose client dies, or whose reply is lost, removes nothing; ``claim`` takes the
        message. The cost: each message unblocks every waiting consumer."""
        # 0 would block forever.
        await redis.execute("BLMOVE", self._main, self._main, "RIGHT", "RIGHT", f"{max(0.01, seconds):.3f}")

    async def start(self, redis: RedisConnection, claim: Claim, lease_seconds: float) -> Literal["started", "not-held"]:
        """Marks a prefetched message as started."""
        reply = await script("start").run(
            redis, [self._leases, self._holders], [claim.text, claim.nonce, _ms(lease_seconds)]
        )
        return cast("Literal['started', 'not-held']", _text(reply))

    async def extend(self, redis: RedisConnection, claims: Sequence[Claim], lease_seconds: float) -> list[bool]:
        """Renews leases; for each claim, whether it is still held."""
        if not claims:
            return []
        pairs = [part for claim in claims for part in (claim.nonce, claim.text)]
        replies = await script("extend").run(redis, [self._leases, self._holders], [_ms(lease_seconds), *pairs])
        return [_text(reply) == "extended" for reply in cast("list[object]", replies)]

    async def acknowledge(self, redis: RedisConnection, claim: Claim) -> Literal["acknowledged", "not-held"]:
        """Removes a processed message."""
        keys = [self._processing, self._leases, self._holders]
        reply = await script("acknowledge").run(redis, keys, [claim.text, claim.nonce])
        return cast("Literal['acknowledged', 'not-held']", _text(reply))

    async def retry(
        self, redis: RedisConnection, claim: Claim, *, delay_seconds: float, max_retries: int, code: str, reason: str
    ) -> Literal["retried", "dead-lettered", "not-held"]:
        """Retries the message after the delay, or dead-letters it after ``max_retries``."""
        keys = [self._processing, self._leases, self._holders, self._delayed, self._dead_letters]
        args: list[Argument] = [claim.text, claim.nonce, _ms(delay_seconds), max_retries, self.name]
        reply = await script("retry").run(redis, keys, [*args, _error_json(code, reason)])
        return cast("Literal['retried', 'dead-lettered', 'not-held']", _text(reply))

    async def dead_letter(
        self, redis: RedisConnection, claim: Claim, *, code: str, reason: str
    ) -> Literal["dead-lettered", "not-held"]:
        """Dead-letters the message at once."""
        keys = [self._processing, self._leases, self._holders, self._dead_letters]
        args = [claim.text, claim.nonce, self.name, _error_json(code, reason)]
        reply = await script("dead-letter").run(redis, keys, args)
        return cast("Literal['dead-lettered', 'not-held']", _text(reply))

    async def give_back(self, redis: RedisConnection, nonce: str, texts: Sequence[bytes] = ()) -> int:
        """Returns messages unchanged, to be taken next: ``texts``, in the order of their claim, or all that the nonce holds."""
        keys = [self._main, self._processing, self._leases, self._holders]
        return cast(int, await script("give-back").run(redis, keys, [nonce, *texts]))

    async def inspect(self, redis: RedisConnection) -> QueueState:
        """Depths and ages."""
        keys = [self._main, self._processing, self._holders, self._delayed, self._dead_letters, self._leases]
        keys += [f"{self._dead_letters}:examined", f"{self._dead_letters}:operator"]
        reply = cast("list[int | bytes]", await script("inspect").run(redis, keys, [_AGE_SAMPLE]))
        depth, processing, delayed, dead_letters, oldest, claim_age_ms, now_ms = reply
        return QueueState(
            depth=cast(int, depth),
            processing=cast(int, processing),
            delayed=cast(int, delayed),
            dead_letters=cast(int, dead_letters),
            oldest_message_seconds=_seconds_since(cast(bytes, oldest).decode("ascii"), cast(int, now_ms)),
            oldest_claim_seconds=max(0.0, cast(int, claim_age_ms) / 1000),
        )


def retries_of(text: bytes) -> int:
    """The envelope's retry_count: in a JSON string every quote is escaped, so the first one found is the envelope's own."""
    found = re.search(rb',"retry_count":(\d{1,9})', text)
    return int(found[1]) if found else 0


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _text(reply: object) -> str:
    return cast(bytes, reply).decode("ascii")


def _seconds_since(timestamp: str, now_ms: int) -> float:
    try:
        then = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    except ValueError:  # '' where none waits, or a day that no calendar has
        return 0.0
    return max(0.0, now_ms / 1000 - then.timestamp())


def _error_json(code: str, reason: str) -> str:
    # ASCII only: an unpaired surrogate, which JSON allows in a string, has no UTF-8.
    return json.dumps({"code": code, "message": reason}, separators=(",", ":"))
