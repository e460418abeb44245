"""A failed connection is an error that names the fault and never the token."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.asyncio.connection import DefaultParser
from redis_server import RedisServer

from hokusai_model_events.consumer import ConnectionOptions, RedisFaultError, faults
from hokusai_model_events.consumer.reported_error import error_text
from hokusai_model_events.consumer.session import RedisSession
from hokusai_model_events.contract_data import REDIS_FAULTS
from hokusai_model_events.errors import SettingsError
from hokusai_model_events.settings import RedisSettings


def ping(settings: RedisSettings, options: ConnectionOptions) -> object:
    async def main() -> object:
        session = RedisSession(settings, options)
        try:
            return await session.use("ping", lambda redis: redis.execute("PING"))
        finally:
            await session.closed()

    return asyncio.run(main())


def failure(settings: RedisSettings, options: ConnectionOptions) -> RedisFaultError:
    with pytest.raises(RedisFaultError) as caught:
        ping(settings, options)
    assert settings.token not in str(caught.value) + repr(caught.value) + repr(settings)
    return caught.value


def test_the_certificate_authority_comes_from_ca_file_or_ssl_cert_file(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert str(ping(server.settings(), ConnectionOptions(ca_file=server.ca_file))) in ("True", "b'PONG'")
    monkeypatch.setenv("SSL_CERT_FILE", server.ca_file)
    assert ping(server.settings(), ConnectionOptions())


def test_an_untrusted_certificate_or_one_for_another_host_is_refused(server: RedisServer) -> None:
    unknown = failure(server.settings(), ConnectionOptions())
    assert unknown.fault == "certificate" and "in SSL_CERT_FILE or the option ca_file (Python)" in str(unknown)
    other = failure(server.settings(host="127.0.0.2"), ConnectionOptions(ca_file=server.ca_file))
    assert other.fault == "certificate" and "not valid for '127.0.0.2'" in str(other)


def test_a_token_is_sent_as_it_is_whatever_its_characters(server: RedisServer, client: Any) -> None:
    # Percent signs and plus signs are where clients that read the token from a URL change it.
    token = 'a%3D+b=c:d@e/f?g h"\\é'
    client.config_set("requirepass", token)
    try:
        assert ping(server.settings(token=token), ConnectionOptions(ca_file=server.ca_file))
    finally:
        client.config_set("requirepass", server.token)


def test_a_cancelled_command_does_not_leave_its_reply_to_the_next_one(server: RedisServer, client: Any) -> None:
    async def main() -> object:
        session = RedisSession(server.settings(), ConnectionOptions(ca_file=server.ca_file))
        try:
            waiting = asyncio.ensure_future(session.use("wait", lambda redis: redis.execute("BLPOP", "nothing", "60")))
            while not await asyncio.to_thread(lambda: client.info("clients")["blocked_clients"]):
                pass
            waiting.cancel()
            await asyncio.wait({waiting})
            return await session.use("echo", lambda redis: redis.execute("ECHO", "mine"))
        finally:
            await session.closed()

    assert asyncio.run(main()) in (b"mine", "mine")


def test_a_connection_of_a_redis_user_has_the_rights_of_that_user(server: RedisServer, client: redis.Redis) -> None:
    options = ConnectionOptions(ca_file=server.ca_file)
    client.execute_command("ACL", "SETUSER", "site", "reset", "on", ">password-of-site", "+ping")
    try:
        site = server.settings(username="site", token="password-of-site")
        assert str(ping(site, options)) in ("True", "b'PONG'")
        assert failure(server.settings(username="other", token="password-of-site"), options).fault == "token-refused"
        assert failure(server.settings(token="password-of-site"), options).fault == "token-refused"
    finally:
        client.execute_command("ACL", "DELUSER", "site")


def test_a_refused_token_is_reported_without_the_token(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = server.settings(token="a-wrong-token-of-16")
    error = failure(wrong, ConnectionOptions(ca_file=server.ca_file))
    assert error.fault == "token-refused" and error.reaction == "reauthenticate"
    assert str(error).startswith(f"ping at Redis localhost:{server.port} failed: WRONGPASS invalid username-password")
    assert "compare the secret with the token" in str(error)
    assert "a-wrong-token" not in caplog.text


@pytest.mark.parametrize(
    ("change", "fault", "words"),
    [
        ({"port": 1}, "connection-refused", "ECONNREFUSED Connection refused"),
        ({"host": "no-such-host.invalid"}, "name-not-resolved", "does not resolve|EAI_AGAIN"),
    ],
)
def test_an_unreachable_server_is_reported_with_what_to_check(
    server: RedisServer, change: dict[str, Any], fault: str, words: str
) -> None:
    error = failure(server.settings(**change), ConnectionOptions(ca_file=server.ca_file))
    assert error.fault == fault and re.search(words, str(error))


def test_a_server_that_accepts_and_hangs_as_a_paused_node_does_is_a_tls_timeout(server: RedisServer) -> None:
    with socket.create_server(("localhost", 0)) as silent:
        place = server.settings(port=silent.getsockname()[1])
        error = failure(place, ConnectionOptions(ca_file=server.ca_file, connect_timeout_seconds=0.1))
    assert error.fault == "tls-timeout" and "no reply within 0.1 s" in str(error)
    assert "the TCP connection works, but nothing answers" in str(error)


def test_a_host_that_answers_no_tcp_connection_is_a_connect_timeout(server: RedisServer) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        # The system drops further connections, as a security group does.
        waiting = socket.create_connection(full.getsockname())
        place = server.settings(host="127.0.0.1", port=full.getsockname()[1])
        error = failure(place, ConnectionOptions(ca_file=server.ca_file, connect_timeout_seconds=0.1))
        waiting.close()
    assert error.fault == "connect-timeout" and "check the security groups" in str(error)


@pytest.mark.parametrize("answers", [b"", b"PING\r\n"], ids=["anything", "complete lines, as Redis does"])
def test_a_server_without_tls_is_reported_as_no_tls(server: RedisServer, answers: bytes) -> None:
    with socket.create_server(("localhost", 0)) as plain:

        def answer() -> None:
            while True:
                try:
                    connection, _ = plain.accept()
                except OSError:
                    return
                received = connection.recv(1000)
                if answers in (b"", received):
                    connection.sendall(b"-ERR Protocol error\r\n")
                accepted.append(connection)

        accepted: list[socket.socket] = []
        thread = threading.Thread(target=answer)
        thread.start()
        place = server.settings(port=plain.getsockname()[1])
        error = failure(place, ConnectionOptions(ca_file=server.ca_file, connect_timeout_seconds=0.3))
        plain.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in accepted:
        connection.close()
    assert error.fault == "no-tls" and "enable encryption in transit, and check REDIS_PORT" in str(error)


def test_a_url_instead_of_a_host_is_refused_without_repeating_it(server: RedisServer) -> None:
    with pytest.raises(SettingsError, match="bare host name") as caught:
        ping(server.settings(host="rediss://:a-token-of-sixteen@host"), ConnectionOptions())
    assert "a-token" not in str(caught.value)


def test_the_fault_is_found_while_the_caller_handles_another_exception(server: RedisServer) -> None:
    place = server.settings(port=1)
    try:
        raise OSError(5, "the handler's own error")
    except OSError:
        assert failure(place, ConnectionOptions(ca_file=server.ca_file)).fault == "connection-refused"


def test_a_missing_ca_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no file at .*nowhere.pem"):
        ConnectionOptions(ca_file=str(tmp_path / "nowhere.pem"))


def test_a_connection_lost_during_a_command_is_replaced_on_the_next_use(server: RedisServer, client: Any) -> None:
    async def main() -> object:
        session = RedisSession(server.settings(), ConnectionOptions(ca_file=server.ca_file))
        try:
            await session.use("ping", lambda redis: redis.execute("PING"))
            client.client_kill_filter(_type="normal", skipme=True)
            with pytest.raises(RedisFaultError) as caught:
                await session.use("ping", lambda redis: redis.execute("PING"))
            assert caught.value.fault == "connection-lost"
            return await session.use("echo", lambda redis: redis.execute("ECHO", "again"))
        finally:
            await session.closed()

    assert asyncio.run(main()) == b"again"


def test_fault_names_equal_the_node_packages() -> None:
    assert [*dict.fromkeys(fault["name"] for fault in REDIS_FAULTS), "unknown"] == list(faults.FaultName.__args__)


_CASES = (Path(__file__).resolve().parents[4] / "contract/cases/redis-errors.jsonl").read_text("utf-8").splitlines()


@pytest.mark.parametrize("case", [json.loads(line) for line in _CASES], ids=lambda case: case["reply"][:40])
def test_the_error_code_at_the_start_decides_the_fault(case: dict[str, str]) -> None:
    text = error_text(DefaultParser(socket_read_size=1).parse_error(case["reply"]), "")
    assert RedisFaultError("publish", "redis.example:6379", text).fault == case["fault"]
