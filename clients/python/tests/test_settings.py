"""The settings from the environment: errors name the variable and its source, and never the token."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hokusai_model_events.errors import SettingsError
from hokusai_model_events.settings import RedisSettings, credentials_in, bus_name

from .repository import REPOSITORY

VARIABLES = {"REDIS_HOST": "redis.example", "REDIS_PORT": "6379", "REDIS_AUTH_TOKEN": "geheim@/:", "MODEL_EVENTS_QUEUE": "model_events:site"}


def test_settings_are_read_from_four_variables() -> None:
    settings = RedisSettings.from_environment(VARIABLES)
    assert (settings.host, settings.port, settings.token, settings.queue) == ("redis.example", 6379, "geheim@/:", "model_events:site")


def test_a_token_that_is_the_whole_secret_is_read_from_it() -> None:
    assert RedisSettings.from_environment({**VARIABLES, "REDIS_AUTH_TOKEN": '{"auth_token": "geheim"}'}).token == "geheim"
    whole = RedisSettings.from_environment({**VARIABLES, "REDIS_AUTH_TOKEN": '{"username": "site", "password": "geheim"}'})
    assert (whole.username, whole.token) == ("site", "geheim")


# test/queue/secret-text.test.ts reads the same cases.
SECRET_TEXTS: list[dict[str, str]] = [
    json.loads(line) for line in (REPOSITORY / "contract/cases/secret-texts.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", SECRET_TEXTS, ids=[case["text"] for case in SECRET_TEXTS])
def test_the_token_of_a_secret_is_found_or_the_error_names_the_expected_format(case: dict[str, str]) -> None:
    if "token" in case:
        assert credentials_in(case["text"]) == (case.get("username"), case["token"])
        return
    with pytest.raises(SettingsError, match=re.escape(case["error"])) as raised:
        credentials_in(case["text"])
    assert "expected" in str(raised.value) and "abc" not in str(raised.value)


def test_the_retry_limit_is_read_where_the_wiring_sets_it() -> None:
    assert RedisSettings.from_environment(VARIABLES).max_retries is None
    assert RedisSettings.from_environment({**VARIABLES, "MODEL_EVENTS_MAX_RETRIES": ""}).max_retries is None
    assert RedisSettings.from_environment({**VARIABLES, "MODEL_EVENTS_MAX_RETRIES": "0"}).max_retries == 0


def test_the_user_is_read_where_the_wiring_sets_it() -> None:
    assert RedisSettings.from_environment(VARIABLES).username is None
    assert RedisSettings.from_environment({**VARIABLES, "REDIS_USERNAME": ""}).username is None
    assert RedisSettings.from_environment({**VARIABLES, "REDIS_USERNAME": "site"}).username == "site"


def test_repr_omits_the_token() -> None:
    assert "geheim" not in f"{RedisSettings.from_environment(VARIABLES)!r}"


def test_every_missing_variable_is_named_with_its_source() -> None:
    with pytest.raises(SettingsError) as raised:
        RedisSettings.from_environment({"REDIS_HOST": "redis.example", "REDIS_PORT": ""})
    text = str(raised.value)
    assert "REDIS_HOST" not in text
    assert "REDIS_PORT is missing: ECS sets it from the SSM parameter /hokusai/<environment>/redis/port" in text
    assert "REDIS_AUTH_TOKEN is missing: ECS sets it from the Secrets Manager secret" in text
    assert "MODEL_EVENTS_QUEUE is missing: the consumer's task definition sets it" in text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"REDIS_HOST": "rediss://:geheim@redis.example:6379"}, "REDIS_HOST must be a bare host name, not a URL"),
        ({"REDIS_HOST": "redis.example:6379"}, "REDIS_HOST must be a bare host name without port"),
        ({"REDIS_PORT": "tcp://10.0.0.1:6379"}, "REDIS_PORT must be a whole number from 1 to 65535"),
        ({"REDIS_PORT": "0"}, "REDIS_PORT must be"),
        ({"REDIS_PORT": "٦٣٧٩"}, "REDIS_PORT must be"),
        ({"REDIS_AUTH_TOKEN": '{"secret": "geheim"}'}, 'REDIS_AUTH_TOKEN: the Redis secret has no text under the key "auth_token"'),
        ({"MODEL_EVENTS_QUEUE": "model_events:site:dlq"}, "MODEL_EVENTS_QUEUE must be model_events, or model_events:NAME of lower-case"),
        ({"MODEL_EVENTS_QUEUE": "model_events:dlq"}, "reserved are processing, dlq, .*got 'model_events:dlq': the consumer's task"),
        ({"MODEL_EVENTS_QUEUE": "model_events\n"}, "MODEL_EVENTS_QUEUE must be"),
        ({"MODEL_EVENTS_MAX_RETRIES": "101"}, "MODEL_EVENTS_MAX_RETRIES must be a whole number from 0 to 100, got 101"),
        ({"MODEL_EVENTS_MAX_RETRIES": "-1"}, "MODEL_EVENTS_MAX_RETRIES must be"),
    ],
)
def test_a_wrong_variable_is_named_without_the_token(change: dict[str, str], text: str) -> None:
    with pytest.raises(SettingsError, match=text) as raised:
        RedisSettings.from_environment({**VARIABLES, **change})
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"host": "rediss://:geheim@redis.example"}, "host must be a bare host name, not a URL"),
        ({"host": "redis.example:6379"}, "host must be a bare host name without port"),
        ({"port": "6379"}, "port must be a whole number from 1 to 65535, got '6379'"),
        ({"token": ""}, "token must be the auth token"),
        ({"queue": "model_events:dlq"}, "queue must be model_events, or model_events:NAME"),
        ({"max_retries": 101}, "max_retries must be a whole number from 0 to 100, got 101"),
        ({"prot": 6379}, 'unknown argument "prot" of RedisSettings: did you mean "port"?'),
    ],
)
def test_a_wrong_setting_in_the_code_is_named_without_the_token(change: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(text)) as raised:
        RedisSettings(**{"host": "redis.example", "port": 6379, "token": "geheim", "queue": "model_events", **change})
    assert "geheim" not in str(raised.value)


def test_the_bus_name_is_read_from_its_variable() -> None:
    assert bus_name({"MODEL_EVENTS_BUS": "hokusai-development"}) == "hokusai-development"
    with pytest.raises(SettingsError, match="MODEL_EVENTS_BUS is missing: the registry's task definition sets it"):
        bus_name({})
