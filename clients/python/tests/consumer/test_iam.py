"""IAM authentication, before a gate that verifies tokens as AWS does (test/support/iam-gate.ts), and a real Redis."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import redis
from redis_server import RedisServer
from running_consumers import KEYS, Gate, Running, message

from hokusai_model_events.consumer import Consumer, ConnectionOptions, RedisFaultError
from hokusai_model_events.consumer import session as session_module
from hokusai_model_events.consumer.session import RedisSession
from hokusai_model_events.errors import SettingsError
from hokusai_model_events.settings import RedisSettings

USERNAME = "local-hokusai-token"
HOUR = 3600


class Task:
    """The endpoint from which an ECS task gets its role's credentials."""

    def __init__(self, credentials: dict[str, str]) -> None:
        self.credentials = credentials
        task = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = {
                    "AccessKeyId": task.credentials["accessKeyId"],
                    "SecretAccessKey": task.credentials["secretAccessKey"],
                    "Token": task.credentials["sessionToken"],
                    "Expiration": "2099-01-01T00:00:00Z",
                }
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def gate(server: RedisServer) -> Callable[..., dict[str, Any]]:
    server.gate(anew=True)
    return server.gate


@pytest.fixture
def task(gate: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    task = Task(gate()["credentials"])
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", task.url)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    yield task
    task.stop()


@pytest.fixture
def settings(server: RedisServer, gate: Callable[..., dict[str, Any]], task: Task) -> RedisSettings:
    state = gate()
    return server.settings(port=state["port"], token="", username=USERNAME, iam_cache_arn=state["cacheArn"])


class Clock:
    """The time of a session."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


def run(settings: RedisSettings, server: RedisServer, work: Callable[[RedisSession], Any]) -> Any:
    async def main() -> Any:
        session = RedisSession(settings, ConnectionOptions(ca_file=server.ca_file))
        try:
            return await work(session)
        finally:
            await session.closed()

    return asyncio.run(main())


async def ping(session: RedisSession) -> object:
    return await session.use("ping", lambda redis: redis.execute("PING"))


async def failure(session: RedisSession) -> RedisFaultError:
    with pytest.raises(RedisFaultError) as caught:
        await ping(session)
    return caught.value


def test_a_consumer_works_with_the_credentials_of_its_task(
    client: redis.Redis, consumers: Running, settings: RedisSettings, gate: Callable[..., dict[str, Any]]
) -> None:
    handled = Gate()
    running = consumers.start(
        lambda *_: handled.open(),
        settings={"port": settings.port, "token": "", "username": USERNAME, "iam_cache_arn": settings.iam_cache_arn},
    )
    client.lpush(KEYS.main, message("m-1"))
    handled.wait()
    running.reports.of("acknowledged")
    state = gate()
    assert state["opened"] == len(state["authentications"])
    assert all(each == {"username": USERNAME} for each in state["authentications"])


def test_a_connection_authenticates_again_before_aws_closes_it(
    server: RedisServer, settings: RedisSettings, gate: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(session_module, "time", clock)

    async def work(session: RedisSession) -> None:
        await ping(session)
        for _ in range(3):
            gate(ageMs=11 * HOUR * 1000)
            clock.now += 11 * HOUR + 60
            assert await asyncio.gather(*(ping(session) for _ in range(20))) == [b"PONG"] * 20

    run(settings, server, work)
    state = gate()
    assert state["opened"] == 1
    assert state["authentications"] == [{"username": USERNAME}] * 4


def test_a_connection_whose_renewal_fails_works_on_and_tries_again_a_minute_later(
    server: RedisServer, settings: RedisSettings, gate: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(session_module, "time", clock)

    def away(*_: object, **__: object) -> str:
        raise OSError("the endpoint is away")

    async def work(session: RedisSession) -> None:
        await ping(session)
        clock.now += 11 * HOUR
        with monkeypatch.context() as patch:
            patch.setattr(session_module.IamTokens, "sign", away)
            assert await ping(session) == b"PONG"
        assert await ping(session) == b"PONG"
        assert len(gate()["authentications"]) == 1
        clock.now += 60
        assert await ping(session) == b"PONG"

    run(settings, server, work)
    state = gate()
    assert state["authentications"] == [{"username": USERNAME}] * 2
    assert state["opened"] == 1


@pytest.mark.parametrize(
    ("change", "credentials", "reason"),
    [
        ({}, {"secretAccessKey": "wrong"}, "wrong signature"),
        ({}, {"sessionToken": "another"}, "wrong session token"),
        ({"clockAheadMs": 16 * 60_000}, {}, "it has expired"),
        ({"knowsKey": False}, {}, "unknown access key"),
    ],
)
def test_a_refused_token_is_an_error_of_iam_without_the_token(
    server: RedisServer,
    settings: RedisSettings,
    task: Task,
    gate: Callable[..., dict[str, Any]],
    change: dict[str, object],
    credentials: dict[str, str],
    reason: str,
) -> None:
    task.credentials = {**task.credentials, **credentials}
    gate(**change)
    error = run(settings, server, failure)
    assert error.fault == "iam-refused"
    assert "IAM token refused: WRONGPASS" in str(error) and "role may do Connect on the cache" in str(error)
    assert "X-Amz" not in str(error) and "wrong" not in str(error) and "auth token" not in str(error)
    [authentication] = gate(**change)["authentications"]
    assert authentication["fault"].startswith(reason)


def test_credentials_that_aws_no_longer_accepts_are_read_again(
    server: RedisServer, settings: RedisSettings, task: Task
) -> None:
    right, task.credentials = task.credentials, {**task.credentials, "secretAccessKey": "former"}

    async def work(session: RedisSession) -> None:
        assert (await failure(session)).fault == "iam-refused"
        task.credentials = right
        assert await ping(session) == b"PONG"

    run(settings, server, work)


def test_without_credentials_the_error_names_the_user_and_the_cache(
    server: RedisServer, settings: RedisSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    error = run(settings, server, failure)
    assert error.fault == "aws-credentials"
    assert f"cannot sign the IAM token of {USERNAME} for {settings.iam_cache_arn}: LookupError: no AWS credentials" in str(error)


def test_without_botocore_a_consumer_names_the_extra_at_its_construction(
    settings: RedisSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "botocore.auth", None)
    with pytest.raises(SettingsError, match=r"pip install 'hokusai-model-events\[iam\]'"):
        Consumer(settings, lambda message, delivery: None)
