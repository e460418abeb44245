"""The settings that the ECS wiring gives: what is missing is named, with who sets it; the token is never shown."""

from __future__ import annotations

import pytest

from hokusai_model_events.errors import SettingsError
from hokusai_model_events.settings import RedisSettings, bus_name

GIVEN = {"REDIS_HOST": "redis.example", "REDIS_PORT": "6379", "REDIS_AUTH_TOKEN": "geheim@/:", "MODEL_EVENTS_QUEUE": "model_events:site"}


def test_the_four_variables_are_all_that_is_needed() -> None:
    settings = RedisSettings.from_environment(GIVEN)
    assert (settings.host, settings.port, settings.token, settings.queue) == ("redis.example", 6379, "geheim@/:", "model_events:site")


def test_the_token_is_not_shown() -> None:
    assert "geheim" not in f"{RedisSettings.from_environment(GIVEN)!r}"


def test_everything_that_is_missing_is_named_with_who_sets_it() -> None:
    with pytest.raises(SettingsError) as raised:
        RedisSettings.from_environment({"REDIS_HOST": "redis.example", "REDIS_PORT": ""})
    text = str(raised.value)
    assert "REDIS_HOST" not in text
    assert "REDIS_PORT is missing: ECS sets it from the SSM parameter /hokusai/<environment>/redis/port" in text
    assert "REDIS_AUTH_TOKEN is missing: ECS sets it from the Secrets Manager secret" in text
    assert "MODEL_EVENTS_QUEUE is missing: the consumer's task definition sets it" in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"REDIS_HOST": "rediss://:geheim@redis.example:6379"}, "REDIS_HOST must be a bare host name, not a URL"),
        ({"REDIS_HOST": "redis.example:6379"}, "REDIS_HOST must be a bare host name without port"),
        ({"REDIS_PORT": "tcp://10.0.0.1:6379"}, "REDIS_PORT must be a whole number from 1 to 65535"),
        ({"REDIS_PORT": "0"}, "REDIS_PORT must be"),
        ({"REDIS_PORT": "٦٣٧٩"}, "REDIS_PORT must be"),
        ({"MODEL_EVENTS_QUEUE": "model_events:site:dlq"}, "MODEL_EVENTS_QUEUE must be model_events or model_events:<name>"),
        ({"MODEL_EVENTS_QUEUE": "model_events\n"}, "MODEL_EVENTS_QUEUE must be"),
    ],
)
def test_what_is_wrong_is_named_and_the_token_is_not_shown(change: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says) as raised:
        RedisSettings.from_environment({**GIVEN, **change})
    assert "geheim" not in str(raised.value)


def test_the_registry_s_bus() -> None:
    assert bus_name({"MODEL_EVENTS_BUS": "hokusai-development"}) == "hokusai-development"
    with pytest.raises(SettingsError, match="MODEL_EVENTS_BUS is missing: the registry's task definition sets it"):
        bus_name({})
