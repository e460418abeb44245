"""Claims messages by script while the queue has some, and waits in Redis while it has none."""

from __future__ import annotations

import dataclasses
import uuid

from .model_queue import ModelQueue
from .options import ConsumerOptions
from .session import RedisSession


@dataclasses.dataclass(frozen=True)
class Taken:
    """Messages taken from the queue."""

    nonce: str
    texts: list[bytes]
    starting: int
    """Number of texts, from the first, that count as started in Redis."""


class Intake:
    """Gives back claims whose reply was lost before it claims more."""

    def __init__(
        self, queue: ModelQueue, commands: RedisSession, waiting: RedisSession, options: ConsumerOptions
    ) -> None:
        """``waiting`` is used for the blocking wait, which would hold up every other command on ``commands``."""
        self._queue, self._commands, self._waiting, self._options = queue, commands, waiting, options
        self._uncertain_nonces: list[str] = []

    async def take(self, count: int, starting: int) -> Taken:
        """Claims waiting messages; if there are none, waits for one and returns nothing.

        Raises RedisFaultError; the call may be repeated.
        """
        await self.give_back_uncertain()
        nonce = str(uuid.uuid4())
        self._uncertain_nonces.append(nonce)
        options = self._options
        claimed = await self._commands.use(
            "claim",
            lambda redis: self._queue.claim(
                redis,
                nonce=nonce,
                consumer=options.name,
                count=count,
                starting=starting,
                lease_seconds=options.lease_seconds,
            ),
        )
        self._uncertain_nonces.remove(nonce)
        if not claimed.texts:
            due = claimed.next_due_seconds
            seconds = options.block_seconds if due is None else min(options.block_seconds, due)
            await self._waiting.use("wait for a message", lambda redis: self._queue.await_message(redis, seconds))
        return Taken(nonce, claimed.texts, starting)

    async def give_back_uncertain(self) -> None:
        """Gives back the messages of claims whose reply was lost."""
        for nonce in list(self._uncertain_nonces):
            await self._commands.use("give back", lambda redis, nonce=nonce: self._queue.give_back(redis, nonce))
            self._uncertain_nonces.remove(nonce)
