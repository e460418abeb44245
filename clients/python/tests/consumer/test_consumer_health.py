"""The health check for a service's health endpoint."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from redis_server import RedisServer
from running_consumers import DEAD_LETTERS, DELAYED, KEYS, PROCESSING, QUEUE, message, record_claim

from hokusai_model_events.consumer import ConnectionOptions, Health, HealthThresholds, check_health

CONTRACT = Path(__file__).resolve().parents[4] / "contract"


def health_of(server: RedisServer, **change: Any) -> Health:
    settings = server.settings(**{name: change.pop(name) for name in ("port", "token") if name in change})
    quick = ConnectionOptions(server.ca_file, connect_timeout_seconds=0.7, command_timeout_seconds=0.7)
    health = check_health(settings, connection=quick, **change)
    assert json.loads(json.dumps(health)) == health and settings.token not in str(health)
    return health


def faults_in(health: Health) -> dict[str, list[str]]:
    found = {name: [check["fault"] for check in each if "fault" in check] for name, each in health["checks"].items()}
    return {name: faults for name, faults in found.items() if faults}


def test_an_empty_queue_passes_every_check(server: RedisServer, client: Any) -> None:
    health = health_of(server)
    assert health["status"] == "pass" and faults_in(health) == {}
    (write,) = health["checks"]["redis:write"]
    assert write["componentId"] == f"localhost:{server.port}" and write["observedUnit"] == "ms"
    assert write["componentType"] == "datastore" and re.fullmatch(r"[\d-]+T[\d:]+\.\d{3}Z", write["time"])
    assert list(health["checks"]) == [
        "redis:write", "queue:depth", "queue:oldest-message", "queue:processing", "queue:consumer", "queue:delayed",
        "queue:dead-letters",
    ]
    assert client.keys("*") == [b"model_events:probe"] and 0 < client.ttl("model_events:probe") <= 300


def test_backlog_stuck_claims_and_dead_letters_are_warnings(server: RedisServer, client: Any) -> None:
    client.lpush(QUEUE, message("a"), message("b"))
    client.lpush(DEAD_LETTERS, "x")
    client.lpush(PROCESSING, message("c"))
    record_claim(client, message("c"))
    client.zadd(DELAYED, {message("d"): 1})
    health = health_of(server, thresholds=HealthThresholds(queue_depth=1))
    assert health["status"] == "warn"
    assert faults_in(health) == {
        "queue:depth": ["backlog"],
        "queue:oldest-message": ["backlog-old"],
        "queue:processing": ["processing-stuck"],
        "queue:dead-letters": ["dead-letters"],
    }
    assert health["checks"]["queue:depth"][0]["observedValue"] == 2
    assert health["checks"]["queue:depth"][0]["output"].startswith("2 messages wait in model_events, more than 1: check")


def test_a_full_redis_fails_and_its_queues_are_still_reported(server: RedisServer, client: Any) -> None:
    client.config_set("maxmemory", "1")
    try:
        health = health_of(server)
    finally:
        client.config_set("maxmemory", "0")
    assert health["status"] == "fail" and faults_in(health) == {"redis:write": ["out-of-memory"]}
    assert "queue:depth" in health["checks"]


def test_a_queue_key_of_another_type_fails_and_other_queues_are_reported(
    server: RedisServer, client: Any
) -> None:
    client.set("model_events:site", "no list")
    health = health_of(server, queues=["model_events", "model_events:site"])
    assert faults_in(health) == {"queue:depth": ["wrong-type"]}
    assert [check["status"] for check in health["checks"]["queue:depth"]] == ["pass", "fail"]


def test_an_unreachable_redis_fails_with_the_fault(server: RedisServer, client: Any) -> None:
    assert faults_in(health_of(server, port=1)) == {"redis:write": ["connection-refused"]}
    assert faults_in(health_of(server, token="a-wrong-token-of-16")) == {"redis:write": ["token-refused"]}
    server.pause()
    try:
        assert faults_in(health_of(server)) == {"redis:write": ["tls-timeout"]}
        assert "no reply within 0.2 s" in str(health_of(server, limit_seconds=0.2))
    finally:
        server.resume()


def test_a_queue_whose_consumer_was_not_seen_for_too_long_is_a_finding(server: RedisServer, client: Any) -> None:
    now = client.time()[0] * 1000
    client.hset(KEYS.state, "consumer-seen", now - 700_000)
    assert faults_in(health_of(server)) == {"queue:consumer": ["no-consumer"]}
    assert faults_in(health_of(server, thresholds=HealthThresholds(consumer_seen_seconds=800))) == {}
    client.hset(KEYS.state, "paused", "2026-11-24T09:30:00.000Z")
    assert faults_in(health_of(server)) == {"queue:paused": ["paused"]}


def test_the_thresholds_are_those_of_the_contract() -> None:
    source = (CONTRACT / "health-thresholds.ts").read_text("utf-8")
    defaults = source[source.index("defaultHealthThresholds = {") :]
    contract = {name: int(value) for name, value in re.findall(r"^  (\w+): (\d+),$", defaults, re.MULTILINE)}
    own = HealthThresholds()
    assert contract == {
        "queueDepth": own.queue_depth,
        "oldestMessageSeconds": own.oldest_message_seconds,
        "oldestClaimSeconds": own.oldest_claim_seconds,
        "consumerSeenSeconds": own.consumer_seen_seconds,
        "deadLetters": own.dead_letters,
    }
