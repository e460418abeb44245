"""The options of a consumer: names, ranges and defaults."""

from __future__ import annotations

import asyncio
import functools
import re
from pathlib import Path
from typing import Any

import pytest

from hokusai_model_events.consumer import AsyncConsumer, Consumer, ConsumerOptions, Delivery, Message
from hokusai_model_events.consumer.retry_limit import differing_retry_limits, with_retry_limit
from hokusai_model_events.errors import SettingsError
from hokusai_model_events.settings import RedisSettings

SOURCE = (Path(__file__).resolve().parents[4] / "clients/node/consumer-options.ts").read_text("utf-8")
RANGE = r"^  (\w+): \{ fallback: ([\d._]+), least: ([\d._]+), most: ([\d._]+), whole: (true|false) \}"


def test_names_ranges_and_defaults_are_those_of_the_node_package() -> None:
    node_options = {
        re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name): (*map(float, numbers), whole == "true")
        for name, *numbers, whole in re.findall(RANGE, SOURCE, re.MULTILINE)
    }
    fields = ConsumerOptions.__dataclass_fields__.values()
    python_options = {
        field.name: (field.default, field.metadata["least"], field.metadata["most"], field.type != "float")
        for field in fields
        if field.metadata
    }
    # None in the code stands for the subscription's limit.
    _, *limits = python_options["max_retries"]
    python_options["max_retries"] = (ConsumerOptions().retry_limit, *limits)
    assert len(node_options) == 12 and python_options == node_options


@pytest.mark.parametrize(
    ("in_code", "configured", "limit", "warned"),
    [(None, None, 3, False), (None, 0, 0, False), (2, None, 2, False), (2, 2, 2, False), (2, 7, 2, True)],
)
def test_the_subscription_s_retry_limit_applies_unless_the_code_sets_another_which_is_a_warning(
    in_code: int | None, configured: int | None, limit: int, warned: bool
) -> None:
    options = ConsumerOptions(max_retries=in_code)
    settings = RedisSettings("redis.example", 6379, "token", "model_events", configured)
    assert with_retry_limit(options, settings).retry_limit == limit
    warning = differing_retry_limits(options, settings)
    assert (warning is not None) == warned
    assert not warned or "is 2 in the consumer's code and 7 in MODEL_EVENTS_MAX_RETRIES" in str(warning)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"concurrency": 0}, "concurrency must be a whole number from 1 to 1000, got 0"),
        ({"concurrency": 1.5}, "concurrency must be a whole number from 1 to 1000, got 1.5"),
        ({"prefetch": True}, "prefetch must be a whole number from 0 to 1000, got True"),
        ({"lease_seconds": float("nan")}, "lease_seconds must be a number from 5 to 3600, got nan"),
        ({"handler_seconds": "9"}, "handler_seconds must be a number from 1 to 86400, got '9'"),
        ({"log": "yaml"}, "log must be text, json or off, got 'yaml'"),
        ({"concurency": 2}, 'unknown argument "concurency" of ConsumerOptions: did you mean "concurrency"?'),
        ({"maxRetries": 2}, 'unknown argument "maxRetries" of ConsumerOptions: did you mean "max_retries"?'),
        ({"colour": "red"}, 'unknown argument "colour" of ConsumerOptions: the known ones are concurrency, prefetch, '),
        ({"name": "no spaces\n"}, r"name must be 1 to 64 of A-Z a-z 0-9 . _ : -, got 'no spaces\n'"),
    ],
)
def test_an_option_outside_its_range_is_refused_by_name(change: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        ConsumerOptions(**change)
    assert str(caught.value).startswith(text)


def returns_nothing(*_: object) -> None: ...


async def is_async(*_: object) -> None: ...


class Callable:
    async def __call__(self, message: Message, delivery: Delivery) -> None: ...


@functools.wraps(is_async)
def decorated(*arguments: Any) -> Any:
    return is_async(*arguments)


@pytest.mark.parametrize(
    ("kind", "change", "text"),
    [
        (Consumer, {"handler": None}, "the handler must be a function (message, delivery), got a NoneType"),
        (Consumer, {"handler": lambda message: None}, "the handler must accept (message, delivery), got <lambda>(message)"),
        (Consumer, {"handler": is_async}, "the handler is an async function, which Consumer does not await: use AsyncConsumer"),
        (AsyncConsumer, {"handler": returns_nothing}, "the handler is not an async function, so it would block the event loop"),
        (Consumer, {"settings": "rediss://:geheim@redis"}, "settings must be a RedisSettings, as in RedisSettings.from_environment()"),
        (Consumer, {"options": {"concurrency": 2}}, "options must be a ConsumerOptions, as in ConsumerOptions(concurrency=4); got a dict"),
        (Consumer, {"connection": "ca.pem"}, "connection must be a ConnectionOptions, as in ConnectionOptions(ca_file=…); got a str"),
        (Consumer, {"listner": print}, 'unknown argument "listner" of Consumer: did you mean "listener"?'),
    ],
)
def test_a_wrong_argument_of_a_consumer_is_refused(kind: Any, change: dict[str, Any], text: str) -> None:
    settings = RedisSettings("redis.example", 6379, "token", "model_events")
    with pytest.raises(SettingsError, match=re.escape(text)) as caught:
        kind(**{"settings": settings, "handler": returns_nothing, **change})
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("handler", [is_async, Callable(), decorated, functools.partial(is_async)])
def test_the_asyncio_consumer_accepts_every_form_of_an_async_handler(handler: Any) -> None:
    async def main() -> None:
        AsyncConsumer(RedisSettings("redis.example", 6379, "token", "model_events"), handler)

    asyncio.run(main())
