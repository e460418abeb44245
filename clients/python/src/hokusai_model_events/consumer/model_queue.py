"""One subscription's queue in Redis."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast

from .connection import Argument, RedisConnection
from .queue_keys import QueueKeys
from .queue_records import Claim, Claimed, ClaimState, Failure, QueueState
from .scripts import script

# Entries looked at for the ages, from the old end.
_AGE_SAMPLE = 20
# Bytes after which a claim takes no further message: a reply of many large ones would need as much memory in Redis again.
_CLAIM_BYTES = 500_000


class ModelQueue:
    """Each method is one atomic step, safe to repeat, and changes nothing if the claim is not held.

    Methods take the connection, since connections are replaced and a queue is not. They raise ReportedError.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.keys = QueueKeys(name)

    async def claim(
        self,
        redis: RedisConnection,
        *,
        nonce: str,
        consumer: str,
        count: int,
        starting: int,
        lease_seconds: float,
        holding: int = 0,
        wait_seconds: float = 0,
        max_retries: int = 3,
    ) -> Claimed:
        """Takes up to ``count`` messages, the oldest first; the first ``starting`` of them count as started.

        ``nonce`` is unique for each call; the part before its first dot identifies the consumer. ``holding`` is the number of
        messages that it holds, ``wait_seconds`` how long it is going to wait if it gets none. ``max_retries`` is for claims of
        dead consumers that this call finds.
        """
        of = self.keys
        first = [of.state, of.main, of.processing, of.claims, of.leases, of.delayed]
        keys = [*first, of.isolated, of.revoked, of.dead_letters, of.idle, of.wake]
        args: list[Argument] = [nonce, consumer, count, starting, _ms(lease_seconds), _CLAIM_BYTES, holding]
        args += [_ms(wait_seconds), max_retries, self.name, 0, 0]
        state, due, _, *rest = cast("list[bytes | int]", await script("claim").run(redis, keys, args))
        ids, texts = cast("list[bytes]", rest[::2]), cast("list[bytes]", rest[1::2])
        due_ms = cast(int, due)
        return Claimed(
            cast(ClaimState, _text(state)),
            [Claim(_text(claim_id), text) for claim_id, text in zip(ids, texts)],
            None if due_ms < 0 else due_ms / 1000,
        )

    async def await_message(
        self, redis: RedisConnection, seconds: float, state: Literal["wait-main", "wait-wake"]
    ) -> None:
        """Waits in Redis, at most ``seconds``, until there may be a message.

        On the main list a message stays in place: BLMOVE from the right end to the right end. A client that dies, or a lost
        reply, therefore loses nothing; ``claim`` takes the message.
        """
        # 0 would block forever.
        limit = f"{max(0.01, seconds):.3f}"
        if state == "wait-wake":
            await redis.execute("BRPOP", self.keys.wake, limit)
        else:
            await redis.execute("BLMOVE", self.keys.main, self.keys.main, "RIGHT", "RIGHT", limit)

    async def start(self, redis: RedisConnection, claim: Claim, lease_seconds: float) -> Literal["started", "not-held"]:
        """Marks a prefetched message as started."""
        keys = [self.keys.state, self.keys.claims, self.keys.leases]
        reply = await script("start").run(redis, keys, [claim.id, _ms(lease_seconds)])
        return cast("Literal['started', 'not-held']", _text(reply))

    async def extend(self, redis: RedisConnection, claims: Sequence[Claim], lease_seconds: float) -> list[bool]:
        """Renews leases; for each claim, whether it is still held."""
        if not claims:
            return []
        keys = [self.keys.state, self.keys.claims, self.keys.leases]
        args = [_ms(lease_seconds), len(claims), *(claim.id for claim in claims)]
        replies = await script("extend").run(redis, keys, args)
        return [_text(reply) == "extended" for reply in cast("list[object]", replies)]

    async def acknowledge(self, redis: RedisConnection, claim: Claim) -> Literal["acknowledged", "not-held"]:
        """Removes a processed message."""
        reply = await script("acknowledge").run(redis, self._claim_keys(), [claim.id, claim.text])
        return cast("Literal['acknowledged', 'not-held']", _text(reply))

    async def retry(
        self, redis: RedisConnection, claim: Claim, failure: Failure, *, delay_seconds: float, max_retries: int
    ) -> Literal["retried", "dead-lettered", "not-held"]:
        """Retries the message after the delay, or dead-letters it after ``max_retries``."""
        keys = [*self._claim_keys(), self.keys.delayed, self.keys.dead_letters]
        args: list[Argument] = [claim.id, claim.text, _ms(delay_seconds), max_retries, self.name]
        reply = await script("retry").run(redis, keys, [*args, _error_json(failure)])
        return cast("Literal['retried', 'dead-lettered', 'not-held']", _text(reply))

    async def snooze(
        self, redis: RedisConnection, claim: Claim, *, delay_seconds: float, limit_seconds: float
    ) -> Literal["snoozed", "too-late", "not-held"]:
        """Postpones the message; the attempt does not count.

        ``too-late`` if it was first snoozed more than ``limit_seconds`` ago; it is still claimed then.
        """
        args = [claim.id, claim.text, _ms(delay_seconds), _ms(limit_seconds)]
        reply = await script("snooze").run(redis, [*self._claim_keys(), self.keys.delayed], args)
        return cast("Literal['snoozed', 'too-late', 'not-held']", _text(reply))

    async def dead_letter(
        self, redis: RedisConnection, claim: Claim, failure: Failure
    ) -> Literal["dead-lettered", "not-held"]:
        """Dead-letters the message at once."""
        keys = [*self._claim_keys(), self.keys.dead_letters]
        reply = await script("dead-letter").run(
            redis, keys, [claim.id, claim.text, self.name, _error_json(failure)]
        )
        return cast("Literal['dead-lettered', 'not-held']", _text(reply))

    async def give_back(self, redis: RedisConnection, claims: Sequence[Claim]) -> int:
        """Returns messages unchanged, to be taken next; ``claims`` in the order of their claim."""
        if not claims:
            return 0
        keys = [self.keys.state, self.keys.main, *self._claim_keys()[1:], self.keys.isolated]
        pairs = [part for claim in claims for part in (claim.id, claim.text)]
        return cast(int, await script("give-back").run(redis, keys, [len(claims), *pairs]))

    async def revoke(self, redis: RedisConnection, nonce: str) -> int:
        """Returns what a call of ``claim`` has claimed if its reply was lost, and refuses the call if it arrives later."""
        keys = [self.keys.state, self.keys.main, *self._claim_keys()[1:], self.keys.isolated, self.keys.revoked]
        return cast(int, await script("revoke").run(redis, keys, [nonce]))

    async def leave(self, redis: RedisConnection, instance: str) -> None:
        """Another idle consumer takes the place of one that stops; its nonces begin with ``instance``."""
        await script("leave").run(redis, [self.keys.state, self.keys.idle, self.keys.wake], [instance])

    async def inspect(self, redis: RedisConnection) -> QueueState:
        """Depths and ages."""
        of = self.keys
        first = [of.state, of.main, of.processing, of.claims, of.delayed, of.dead_letters, of.leases]
        coordination = [of.isolated, of.revoked, of.idle, of.wake, of.former_leases, of.former_holders]
        keys = [*first, *coordination, of.examined, of.operator]
        reply = cast("list[int | bytes]", await script("inspect").run(redis, keys, [_AGE_SAMPLE]))
        depth, processing, delayed, dead_letters, oldest, claim_age_ms, now_ms, paused, seen_ms = reply
        return QueueState(
            depth=cast(int, depth),
            processing=cast(int, processing),
            delayed=cast(int, delayed),
            dead_letters=cast(int, dead_letters),
            oldest_message_seconds=_seconds_since(_text(oldest), cast(int, now_ms)),
            oldest_claim_seconds=max(0.0, cast(int, claim_age_ms) / 1000),
            consumer_seen_seconds=None if cast(int, seen_ms) < 0 else cast(int, seen_ms) / 1000,
            paused=cast(bytes, paused).decode("utf-8", "replace") or None,
        )

    def _claim_keys(self) -> list[str]:
        return [self.keys.state, self.keys.processing, self.keys.claims, self.keys.leases]


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


def _error_json(failure: Failure) -> str:
    error = {"code": failure.code, "message": failure.reason, **failure.details}
    # ASCII only: an unpaired surrogate, which JSON allows in a string, has no UTF-8.
    return json.dumps(error, separators=(",", ":"))
