"""What a consumer writes without a listener, and its warning for a queue that no subscription uses."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from running_consumers import Running, message

from hokusai_model_events.consumer.default_log import _TEXTS  # type: ignore[reportPrivateUsage]
from hokusai_model_events.consumer.events import ConsumerEvent, Reporter
from hokusai_model_events.consumer.reports import ReportPeriod

EVENT = ConsumerEvent("retried", b"", "m-1", ValueError("no\ntoken"))


@pytest.fixture(autouse=True)
def unhandled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that has not configured logging."""
    monkeypatch.setattr(logging.getLogger("hokusai_model_events"), "hasHandlers", lambda: False)


def test_warnings_and_failures_are_written_to_stderr_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter(None, ReportPeriod(1), "model_events:site", "text")
    reporter.report(EVENT)
    reporter.report(ConsumerEvent("acknowledged", b"", "m-2"))
    line = r"\S+Z WARN model-events: the handler failed; the message is retried \(model_events:site m-1\): no\\ntoken\n"
    assert re.fullmatch(line, capsys.readouterr().err)


def test_a_line_shows_invisible_characters_and_keeps_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    event = ConsumerEvent("retried", b"", "m-1", ValueError("größer \u202e\U000e0041"))
    Reporter(None, ReportPeriod(1), "model_events:site", "text").report(event)
    assert capsys.readouterr().err.endswith(": größer \\u202e\\udb40\\udc41\n")


def test_they_can_be_json(capsys: pytest.CaptureFixture[str]) -> None:
    Reporter(None, ReportPeriod(1), "model_events:site", "json").report(EVENT)
    line = json.loads(capsys.readouterr().err)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "WARN",
        "message": "model-events: the handler failed; the message is retried",
        "event": "retried",
        "queue": "model_events:site",
        "message_id": "m-1",
        "error": "no\ntoken",
    }


@pytest.mark.parametrize(("listener", "form"), [(None, "off"), (lambda _: None, "text")])
def test_they_are_not_written_if_turned_off_or_if_there_is_a_listener(
    listener: Any, form: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    Reporter(listener, ReportPeriod(1), "model_events:site", form).report(EVENT)
    assert capsys.readouterr().err == ""


def test_a_program_that_configures_logging_gets_them_there_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger("hokusai_model_events"), "hasHandlers", lambda: True)
    Reporter(None, ReportPeriod(1), "model_events:site", "text").report(EVENT)
    assert "retried m-1" in caplog.text and capsys.readouterr().err == ""


def test_the_texts_are_the_node_packages() -> None:
    source = (Path(__file__).resolve().parents[4] / "clients/node/consumer-events.ts").read_text("utf-8").partition("loggedEvents")[2]
    assert dict(re.findall(r"^  '?([a-z-]+)'?: '(.*)',$", source, re.MULTILINE)) == _TEXTS


def test_a_consumer_of_a_queue_that_no_subscription_uses_warns_with_the_known_queues(
    consumers: Running, client: Any
) -> None:
    client.sadd("model_events:queues", "model_events:site", "model_events:hub")
    running = consumers.start(lambda *_: None, settings={"queue": "model_events:sit"})
    [warning] = running.reports.of("warning")
    assert str(warning.error) == (
        "no subscription uses the queue model_events:sit, so no message arrives: did you mean model_events:site? "
        "The known queues are model_events:hub, model_events:site; that of a new subscription is known a minute after its deployment"
    )


def test_a_user_without_rights_to_that_queue_gets_this_warning_beside_the_refusal(consumers: Running, client: Any) -> None:
    client.sadd("model_events:queues", "model_events:site")
    rights = "~model_events:site %R~model_events:queues -@all +ping +eval +evalsha +smembers +client|setname"
    password = "password-of-hokusai-site-0123456789"
    client.execute_command("ACL", "SETUSER", "hokusai-site", "reset", "on", f">{password}", *rights.split())
    user = {"queue": "model_events:sit", "username": "hokusai-site", "token": password}
    texts = [str(event.error) for event in consumers.start(lambda *_: None, settings=user).reports.of("warning", 2)]
    assert any(text.startswith("no subscription uses the queue model_events:sit") for text in texts)
    client.execute_command("ACL", "DELUSER", "hokusai-site")


@pytest.mark.parametrize("recorded", [(), ("model_events",)])
def test_a_consumer_of_a_recorded_queue_or_before_any_is_recorded_has_no_warning(
    recorded: tuple[str, ...], consumers: Running, client: Any
) -> None:
    if recorded:
        client.sadd("model_events:queues", *recorded)
    client.lpush("model_events", message("a"))
    running = consumers.start(lambda *_: None)
    running.reports.of("acknowledged")
    running.stop()
    assert [event.name for event in running.reports.all] == ["acknowledged"]
