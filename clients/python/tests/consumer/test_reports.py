"""A consumer's reports, its status, and its warnings about settings and formats."""

from __future__ import annotations

from typing import Any

from redis_server import RedisServer
from running_consumers import KEYS, QUEUE, Running, held_handler, message

from hokusai_model_events.consumer import (
    ConnectionOptions,
    ConsumerReport,
    ConsumerStatus,
    Delivery,
    Message,
    SnoozeError,
    check_health,
)


def test_a_report_counts_outcomes_and_measures_the_time_since_registration(consumers: Running, client: Any) -> None:
    replayed = message("replayed").replace('"retry_count"', '"replay_name":"r","retry_count"')
    redriven = message("redriven").replace('"payload"', '"redrive_count":1,"payload"')
    client.lpush(QUEUE, message("good"), message("bad"), message("snoozed"), replayed, redriven, "foreign")
    received: list[ConsumerReport] = []
    snoozed: list[str] = []

    def handler(message: Message, _: Delivery) -> None:
        if message.message_id == "bad":
            raise ValueError("no token")
        if message.message_id == "snoozed" and not snoozed:
            snoozed.append(message.message_id)
            raise SnoozeError(0.01)

    running = consumers.start(handler, max_retries=1, on_report=received.append)
    running.reports.of("acknowledged", 4)
    running.reports.of("dead-lettered", 2)
    running.stop()
    (report,) = received
    counts = (report.handled, report.failed, report.retried, report.dead_lettered, report.snoozed, report.lost)
    assert counts == (4, 3, 1, 2, 1, 0)
    # The messages are from 2026-11-23.
    assert len(report.registration_to_handled_ms) == 2 and min(report.registration_to_handled_ms) > 1000
    assert report.seconds > 0 and 0 < report.busy_percent <= 100


def test_reports_come_once_per_period_and_an_error_in_the_callback_is_a_warning(
    consumers: Running, client: Any
) -> None:
    def broken(_: ConsumerReport) -> None:
        raise ValueError("no metrics")

    running = consumers.start(lambda *_: None, report_seconds=1, on_report=broken)
    assert {str(event.error) for event in running.reports.of("warning", 2)} == {"no metrics"}
    client.lpush(QUEUE, message("a"))
    running.reports.of("acknowledged")


def test_the_status_shows_the_running_handler_and_the_stop(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    client.lpush(QUEUE, message("a"))
    begun, go, handler = held_handler()
    running = consumers.start(handler)
    begun.wait()
    assert running.consumer.status == ConsumerStatus("running", busy=1, held=1, pending=0)
    health = check_health(
        server.settings(), connection=ConnectionOptions(server.ca_file), consumer=running.consumer
    )
    (check,) = health["checks"]["consumer:state"]
    assert (check["observedValue"], check["status"], check["busy"]) == ("running", "pass", 1)
    running.stop_soon()
    go.open()
    running.stop()
    assert running.consumer.status == ConsumerStatus("stopping", busy=0, held=0, pending=0)


def test_a_paused_consumer_is_a_warning_of_the_health_check(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    client.hset(KEYS.state, "paused", "2026-11-27T10:00:00.000Z")
    running = consumers.start(lambda *_: None, block_seconds=0.1)
    running.reports.of("paused")
    health = check_health(
        server.settings(), connection=ConnectionOptions(server.ca_file), consumer=running.consumer
    )
    (check,) = health["checks"]["consumer:state"]
    assert (health["status"], check["status"], check["fault"]) == ("warn", "warn", "paused")


def test_a_retry_limit_that_differs_from_the_subscription_s_is_one_warning_and_the_code_s_applies(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, message("a"))

    def handler(*_: object) -> None:
        raise ValueError("no token")

    reports = consumers.start(handler, max_retries=0, settings={"max_retries": 5}).reports
    reports.of("dead-lettered")
    (warning,) = reports.of("warning")
    assert "max_retries is 0 in the consumer's code and 5 in MODEL_EVENTS_MAX_RETRIES" in str(warning.error)


def test_the_subscription_s_retry_limit_is_the_default(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, message("a"))

    def handler(*_: object) -> None:
        raise ValueError("no token")

    reports = consumers.start(handler, settings={"max_retries": 0}).reports
    reports.of("dead-lettered")
    assert [event.name for event in reports.all] == ["dead-lettered"]


def test_a_queue_with_a_newer_key_format_is_refused_by_name_and_nothing_is_claimed(
    consumers: Running, client: Any
) -> None:
    client.hset(KEYS.state, "format", "3")
    client.lpush(QUEUE, message("a"))
    reports = consumers.start(lambda *_: None).reports
    reports.fault("unknown-format")
    assert client.llen(QUEUE) == 1
    client.hset(KEYS.state, "format", "2")
    reports.of("acknowledged")
