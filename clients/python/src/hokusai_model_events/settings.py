"""Settings that the ECS wiring puts into a container's environment."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import Any, Mapping, cast

from .contract_data import (
    BUS,
    IAM_CACHE_ARN,
    IAM_CACHE_PATTERN,
    IAM_CACHE_RULE,
    MAX_RETRIES,
    QUEUE,
    QUEUE_PATTERN,
    QUEUE_RULE,
    REDIS_AUTH_TOKEN,
    REDIS_HOST,
    REDIS_PORT,
    REDIS_USERNAME,
)
from .errors import SettingsError
from .known_names import KnownNames

_SETTER = {
    REDIS_HOST: "ECS sets it from the SSM parameter /hokusai/<environment>/redis/host when the task starts",
    REDIS_PORT: "ECS sets it from the SSM parameter /hokusai/<environment>/redis/port when the task starts",
    REDIS_AUTH_TOKEN: "ECS sets it from the Secrets Manager secret of the Redis auth token when the task starts",
    IAM_CACHE_ARN: "the task definition sets it, with IAM authentication, to the ARN of the cache",
    REDIS_USERNAME: "the task definition sets it, with IAM authentication, to the service's Redis user",
    QUEUE: "the consumer's task definition sets it to the service's own queue, as in model_events:site",
    MAX_RETRIES: "the consumer's task definition sets it to the retry limit of the subscription's configuration, as in 3",
    BUS: "the registry's task definition sets it to the environment's bus, as in hokusai-development; the relay takes --bus NAME too",
}
_ADVICE = (
    "The task definition's wiring gives them: `npx model-events ecs wire --help` in the model-events repository. "
    "On your own machine set them yourself: `make local` prints them."
)
_EXPECTED = 'expected {"username": "…", "password": "…"} or {"auth_token": "…"}'
_QUEUE_NAME = re.compile(QUEUE_PATTERN.removeprefix("^").removesuffix("$"))


@dataclass(frozen=True)
class RedisSettings(KnownNames):
    """Where a consumer's queue is. The connection is always TLS. Raises ``SettingsError`` naming the setting and its rule."""

    host: str
    port: int
    token: str = field(repr=False)
    """The auth token, or the user's password; empty with IAM. ``repr`` omits it; keep it out of logs."""
    queue: str
    """The service's own queue: ``model_events`` or ``model_events:<name>``, in cluster mode with a hash tag."""
    max_retries: int | None = None
    """The subscription's retry limit, 0-100: the default of a consumer's ``max_retries``."""
    username: str | None = None
    """The Redis user; without it the token is that of Redis' user ``default``."""
    iam_cache_arn: str | None = None
    """With IAM authentication: the replication group, Serverless cache or MemoryDB cluster. A token is signed for each
    connection of the user, with botocore's default credentials; needs the extra ``iam``."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> RedisSettings:
        """Reads ``REDIS_HOST``, ``REDIS_PORT``, ``REDIS_AUTH_TOKEN``, ``MODEL_EVENTS_QUEUE`` and, if they are set,
        ``REDIS_USERNAME`` and ``MODEL_EVENTS_MAX_RETRIES``. With IAM authentication ``REDIS_IAM_CACHE_ARN`` and
        ``REDIS_USERNAME`` replace ``REDIS_AUTH_TOKEN``.

        Raises ``SettingsError`` with every missing or wrong variable, and where its value comes from.
        """
        variables = os.environ if environment is None else environment
        cache_arn = variables.get(IAM_CACHE_ARN) or None
        login = REDIS_AUTH_TOKEN if cache_arn is None else REDIS_USERNAME
        values = _required(variables, REDIS_HOST, REDIS_PORT, login, QUEUE)
        host, queue = values[REDIS_HOST], values[QUEUE]
        port, limit = _number_in(values[REDIS_PORT]), _number_in(variables.get(MAX_RETRIES, ""))
        found = {
            REDIS_HOST: _host(host),
            REDIS_PORT: _port(port),
            IAM_CACHE_ARN: _cache(cache_arn),
            QUEUE: _queue(queue),
            MAX_RETRIES: _limit(limit),
        }
        wrong = [f"{name} {problem}: {_SETTER[name]}" for name, problem in found.items() if problem is not None]
        username, token = None, ""
        try:
            # A reference to the secret without its key injects the whole JSON, which may hold the user too.
            if cache_arn is None:
                username, token = credentials_in(values[REDIS_AUTH_TOKEN])
        except SettingsError as error:
            wrong.append(f"{REDIS_AUTH_TOKEN}: {error}")
        if wrong:
            raise SettingsError("; ".join(wrong))
        username = username or variables.get(REDIS_USERNAME) or None
        return cls(host, cast(int, port), token, queue, cast("int | None", limit), username, cache_arn)

    def __post_init__(self) -> None:
        found = {
            "host": _host(self.host),
            "port": _port(self.port),
            "token": _token(self.token) if self.iam_cache_arn is None else None,
            "iam_cache_arn": _cache(self.iam_cache_arn),
            "username": "must be the Redis user" if self.iam_cache_arn is not None and not self.username else None,
            "queue": _queue(self.queue),
            "max_retries": _limit(self.max_retries),
        }
        wrong = [f"{name} {problem}" for name, problem in found.items() if problem is not None]
        if wrong:
            raise SettingsError("; ".join(wrong))


def bus_name(environment: Mapping[str, str] | None = None) -> str:
    """The bus for registrations, from ``MODEL_EVENTS_BUS``; raises ``SettingsError`` if it is not set."""
    return _required(os.environ if environment is None else environment, BUS)[BUS]


def credentials_in(secret_text: str) -> tuple[str | None, str]:
    """The user, if there is one, and the token in a secret's text: JSON with ``username`` and ``password``, JSON with
    ``auth_token``, or the plain token.

    Raises ``SettingsError`` that names what is missing and never contains the text.
    """
    text = secret_text.strip()
    if not text.startswith("{"):
        if text == "":
            raise SettingsError(f"the Redis secret is empty; {_EXPECTED}, or the token")
        return None, text
    try:
        members: Mapping[str, Any] = json.loads(text)
    except ValueError:
        raise SettingsError(f"the Redis secret begins with {{ but is not JSON; {_EXPECTED}") from None
    if "username" in members or "password" in members:
        return _text_in(members, "username"), _text_in(members, "password")
    return None, _text_in(members, "auth_token")


def _text_in(members: Mapping[str, Any], key: str) -> str:
    value: object = members.get(key)
    if isinstance(value, str) and value != "":
        return value
    raise SettingsError(f'the Redis secret has no text under the key "{key}"; {_EXPECTED}')


def _required(environment: Mapping[str, str], *names: str) -> dict[str, str]:
    values = {name: environment.get(name, "") for name in names}
    missing = [name for name, value in values.items() if value == ""]
    if missing:
        listed = "; ".join(f"{name} is missing: {_SETTER[name]}" for name in missing)
        raise SettingsError(f"{listed}. {_ADVICE}")
    return values


def _number_in(text: str) -> int | str | None:
    """The number of a variable's digits; the text itself if it is none, and None if it is empty."""
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else text or None


# What is wrong with a value; None for a right one.


def _host(host: object) -> str | None:
    # A URL may hold a token, so the value is not in the error.
    if not isinstance(host, str) or "://" in host or "@" in host or "/" in host:
        return "must be a bare host name, not a URL"
    if host.count(":") == 1 or not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host):
        return "must be a bare host name without port or spaces"
    return None


def _port(port: object) -> str | None:
    return None if _is_within(port, 1, 65535) else f"must be a whole number from 1 to 65535, got {_shown(port)}"


def _token(token: object) -> str | None:
    return None if isinstance(token, str) and token else "must be the auth token"


def _cache(arn: object) -> str | None:
    is_cache = arn is None or (isinstance(arn, str) and re.fullmatch(IAM_CACHE_PATTERN, arn))
    return None if is_cache else f"must be {IAM_CACHE_RULE}; got {_shown(arn)}"


def _queue(queue: object) -> str | None:
    is_queue = isinstance(queue, str) and _QUEUE_NAME.fullmatch(queue)
    return None if is_queue else f"must be {QUEUE_RULE}; got {_shown(queue)}"


def _limit(limit: object) -> str | None:
    is_limit = limit is None or _is_within(limit, 0, 100)
    return None if is_limit else f"must be a whole number from 0 to 100, got {_shown(limit)}"


def _is_within(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _shown(value: object) -> str:
    return ascii(value[:80] if isinstance(value, str) else value)
