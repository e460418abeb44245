"""One call of a handler, with its time limit."""

from __future__ import annotations

import asyncio
import inspect

from .claims import HeldClaim
from .delivery import AsyncHandler, HandlerCancelledError, HandlerTimeoutError


async def call_handler(handler: AsyncHandler, held: HeldClaim, limit_seconds: float, *, interrupts: bool) -> None:
    """Calls the handler and waits at most ``limit_seconds``; then it is cancelled and counts as failed, even if it ignores the
    cancellation.

    With ``interrupts`` the handler's task is cancelled as well as ``delivery.cancelled`` set. Raises the handler's error,
    HandlerTimeoutError or HandlerCancelledError.
    """
    work = asyncio.ensure_future(_handled(handler, held))
    work.add_done_callback(lambda work: work.cancelled() or work.exception())
    held.interrupt = work.cancel if interrupts else None
    try:
        done, _ = await asyncio.wait({work}, timeout=limit_seconds)
    except asyncio.CancelledError:
        held.cancel()
        work.cancel()
        raise
    if not done:
        held.cancel()
        raise HandlerTimeoutError(f"the handler took longer than {limit_seconds:g} s")
    if work.cancelled():
        raise HandlerCancelledError("the handler was cancelled")
    work.result()


async def _handled(handler: AsyncHandler, held: HeldClaim) -> None:
    assert held.message is not None
    result = handler(held.message, held.delivery)
    # A handler that is not async has done its work by now; an error here would repeat it.
    if inspect.isawaitable(result):
        await result
