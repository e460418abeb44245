"""The checks of a consumer's arguments, so that a mistake ends its construction and not each attempt."""

from __future__ import annotations

import inspect
from typing import Any

from hokusai_model_events.errors import SettingsError
from hokusai_model_events.settings import RedisSettings

from .connection_options import ConnectionOptions
from .options import ConsumerOptions


def check_settings(settings: object, options: object, connection: object) -> None:
    """Raises ``SettingsError`` for an argument of another type; never with the value, which may hold a token."""
    _require("settings", settings, RedisSettings, "RedisSettings.from_environment()")
    if options is not None:
        _require("options", options, ConsumerOptions, "ConsumerOptions(concurrency=4)")
    if connection is not None:
        _require("connection", connection, ConnectionOptions, "ConnectionOptions(ca_file=…)")


def check_handler(handler: Any, *, is_async: bool) -> None:
    """Raises ``SettingsError`` for a handler that cannot be called with a message and a delivery, or is of the other kind."""
    if not callable(handler):
        raise SettingsError(f"the handler must be a function (message, delivery), got a {type(handler).__name__}")
    try:
        signature = inspect.signature(handler)
    except ValueError:  # a function of an extension module
        signature = None
    if signature is not None:
        try:
            signature.bind(None, None)
        except TypeError:
            name = getattr(handler, "__name__", type(handler).__name__)
            raise SettingsError(f"the handler must accept (message, delivery), got {name}{signature}") from None
    if is_async and not _is_async(handler):
        raise SettingsError(
            "the handler is not an async function, so it would block the event loop and lose its claims: "
            "define it with async def, or use Consumer, which runs handlers in threads"
        )
    if not is_async and _is_async(handler):
        raise SettingsError("the handler is an async function, which Consumer does not await: use AsyncConsumer")


def _require(name: str, value: object, kind: type, form: str) -> None:
    if not isinstance(value, kind):
        raise SettingsError(f"{name} must be a {kind.__name__}, as in {form}; got a {type(value).__name__}")


def _is_async(handler: Any) -> bool:
    # A decorator that keeps the name of an async function returns what it returns.
    candidates = (handler, getattr(handler, "__call__", None), inspect.unwrap(handler))
    return any(inspect.iscoroutinefunction(each) for each in candidates)
