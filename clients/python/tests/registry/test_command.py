"""The command line: arguments, output and exit codes."""

from __future__ import annotations

import json
import signal
import sqlite3
from pathlib import Path

import pytest

from .http_bus import accepted, http_bus
from .local_bus import NAME, LocalBus
from .program import COMMAND, run, run_in_shell, start, start_without_reader
from .registry_database import RegistryDatabase, registered


def relay_of(database: RegistryDatabase, bus: LocalBus, *more: str) -> list[str]:
    return [*COMMAND, "relay", *database.arguments, "--bus", NAME, "--endpoint-url", bus.url, *more]


def test_once_sends_due_events_prints_each_batch_and_exits(database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(*(registered(f"m-{number:02}") for number in range(12)))
    done = run(relay_of(database, bus, "--once"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "sent 10, postponed 0, refused 0\nsent 2, postponed 0, refused 0\n"
    assert len(bus.event_ids()) == 12


def test_once_exits_with_1_and_prints_the_errors_of_refused_events(database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(registered("a"), registered("b"), registered("c"))
    bus.fail(entries={'"b"': "MalformedDetail"})
    done = run(relay_of(database, bus, "--once", "--json"))
    assert done.returncode == 1
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"sent": 2, "postponed": 0, "refused": 1, "error": None,
         "errors": [{"event_id": "event-b", "error": "MalformedDetail: a fault of the test"}]}
    ]


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-"])
def test_a_relay_without_standard_output_or_error_sends_its_events(redirection: str, database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(registered("a"))
    assert run_in_shell(redirection, relay_of(database, bus, "--once")).returncode == 0
    assert bus.event_ids() == ["event-a"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_schema_that_cannot_be_written_ends_with_1(database: RegistryDatabase) -> None:
    done = run_in_shell("> /dev/full", [*COMMAND, "schema", "sqlite"])
    assert (done.returncode, done.stderr) == (1, "hokusai-model-events: cannot print a line: [Errno 28] No space left on device\n")


def test_sigterm_ends_the_relay_with_exit_code_0(database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(registered("a"))
    program = start(relay_of(database, bus, "--poll-seconds", "60"))
    assert program.stdout is not None
    assert program.stdout.readline() == "sent 1, postponed 0, refused 0\n"
    program.send_signal(signal.SIGTERM)
    rest, _ = program.communicate(timeout=60)
    assert (program.returncode, rest) == (0, "")


def test_an_error_is_printed_on_one_line_and_the_relay_continues(database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(registered("a"))
    bus.fail(call={"code": "AccessDeniedException", "holding": ""})
    program = start(relay_of(database, bus))
    assert program.stdout is not None
    line = program.stdout.readline()
    assert line.startswith("nothing sent: PutEvents on bus hokusai-development failed: ")
    assert line.endswith("; retrying\n")
    bus.fail()
    while (line := program.stdout.readline()).startswith("nothing sent"):
        pass
    assert line == "sent 1, postponed 0, refused 0\n"
    program.terminate()
    program.communicate(timeout=60)


def test_status_prints_waiting_and_refused_events_and_retry_sends_them_again(database: RegistryDatabase, bus: LocalBus) -> None:
    status = [*COMMAND, "status", *database.arguments]
    database.register(registered("a"), registered("b"))
    assert run(status).stdout.startswith("waiting  2, the oldest for ")
    bus.fail(entries={'"b"': "InvalidArgument"})
    run(relay_of(database, bus, "--once"))
    refused = run(status)
    assert refused.returncode == 1
    assert refused.stdout == (
        "waiting  0\nrefused  1\nsent     1 (not pruned yet)\nrefused: event-b: InvalidArgument: a fault of the test\n"
        "After the cause is fixed: hokusai-model-events retry EVENT_ID..., or retry --all\n"
    )
    machine = json.loads(run([*status, "--json"]).stdout)
    assert (machine["waiting"], machine["refused"], machine["sent"]) == (0, 1, 1)
    assert machine["refused_events"][0]["event_id"] == "event-b"

    retry = [*COMMAND, "retry", *database.arguments]
    assert run([*retry, "unknown"]).returncode == 1
    assert run(retry).returncode == 2
    assert run([*retry, "--all"]).stdout == "1 refused events will be sent again\n"
    bus.fail()
    assert run(relay_of(database, bus, "--once")).returncode == 0
    assert run(status).returncode == 0


def test_the_printed_sql_creates_the_table_that_the_outbox_uses(tmp_path: Path, bus: LocalBus) -> None:
    file = tmp_path / "new.sqlite"
    sql = run([*COMMAND, "schema", "sqlite"]).stdout
    connection = sqlite3.connect(file)
    connection.executescript(sql)
    connection.close()
    done = run([*COMMAND, "relay", "--once", "--sqlite", str(file), "--bus", NAME, "--endpoint-url", bus.url])
    assert (done.returncode, done.stdout) == (0, "")
    assert "GENERATED ALWAYS AS IDENTITY" in run([*COMMAND, "schema", "postgresql"]).stdout


def test_a_missing_table_is_an_error_that_names_the_schema_command(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    done = run([*COMMAND, "status", "--sqlite", str(tmp_path / "empty.sqlite")])
    assert done.returncode == 1
    assert done.stderr == (
        "hokusai-model-events: database error: no such table: model_events_outbox: "
        "create it with the SQL that `hokusai-model-events schema` prints\n"
    )


def test_a_missing_bus_is_an_error_at_the_start(database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(registered("a"))
    done = run([*COMMAND, "relay", *database.arguments, "--bus", "hokusai-developmant", "--endpoint-url", bus.url])
    assert done.returncode == 2
    assert "no event bus hokusai-developmant in us-east-1" in done.stderr
    assert database.unsent() == ["event-a"]


def test_a_relay_that_may_not_check_its_bus_does_not_send_and_names_the_permission(database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(registered("a"))
    bus.fail(describe="AccessDeniedException")
    done = run(relay_of(database, bus, "--once"))
    assert done.returncode == 2
    assert done.stderr == (
        "hokusai-model-events: cannot check that bus hokusai-development exists, and EventBridge drops events for an unknown bus: "
        "allow events:DescribeEventBus on the bus, or omit the check with --skip-bus-check\n"
    )
    assert database.unsent() == ["event-a"]
    assert run(relay_of(database, bus, "--once", "--skip-bus-check")).returncode == 0
    assert bus.event_ids() == ["event-a"]


def test_a_bus_that_could_not_be_checked_at_the_start_is_checked_before_the_first_event(database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(registered("a"))
    bus.fail(describe="InternalException")
    done = run([*COMMAND, "relay", *database.arguments, "--once", "--bus", "hokusai-developmant", "--endpoint-url", bus.url])
    assert done.returncode == 1
    assert done.stdout.startswith("nothing sent: DescribeEventBus on bus hokusai-developmant failed: ")
    assert database.unsent() == ["event-a"]


def test_once_exits_with_0_after_events_that_had_to_be_sent_one_by_one(database: RegistryDatabase) -> None:
    database.register(registered("a"), registered("b"))
    with http_bus(lambda entries, size: accepted(entries) if len(entries) == 1 else (413, b"")) as bus:
        done = run([*COMMAND, "relay", *database.arguments, "--once", "--bus", NAME, "--endpoint-url", bus.url])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("sent 0, postponed 2, refused 0; event-a: PutEvents on bus hokusai-development failed: ")
    assert done.stdout.endswith("\nsent 1, postponed 0, refused 0\nsent 1, postponed 0, refused 0\n")


@pytest.mark.parametrize("once", [["--once"], []])
def test_a_relay_whose_output_nobody_reads_sends_every_event(once: list[str], database: RegistryDatabase, bus: LocalBus) -> None:
    database.register(*(registered(f"m-{number:02}") for number in range(25)))
    program = start_without_reader(relay_of(database, bus, *once))
    while not once and database.unsent():
        assert program.poll() is None
    if not once:
        program.terminate()
    _, errors = program.communicate(timeout=60)
    assert (program.returncode, errors) == (0, "")
    assert len(bus.event_ids()) == 25


@pytest.mark.parametrize("arguments", [["--help"], ["schema", "postgresql"], ["status"]])
def test_a_command_whose_reader_has_ended_ends_without_an_error(arguments: list[str], tmp_path: Path) -> None:
    database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    where = database.arguments if arguments == ["status"] else ()
    program = start_without_reader([*COMMAND, *arguments, *where])
    _, errors = program.communicate(timeout=60)
    assert (program.returncode, errors) == (0, "")


def test_an_error_with_characters_that_the_terminal_does_not_have_is_printed(tmp_path: Path) -> None:
    done = run([*COMMAND, "status", "--sqlite", str(tmp_path / "régistre.sqlite")], {"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, "r\\xe9gistre.sqlite" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_the_bus_comes_from_model_events_bus(tmp_path: Path, bus: LocalBus) -> None:
    database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    database.register(registered("a"))
    arguments = [*COMMAND, "relay", *database.arguments, "--once"]
    done = run(arguments, {"MODEL_EVENTS_BUS": NAME, "AWS_ENDPOINT_URL": bus.url})
    assert (done.returncode, done.stderr) == (0, "")
    assert bus.event_ids() == ["event-a"]


@pytest.mark.parametrize(
    ("arguments", "variables", "text"),
    [
        (["relay", "--sqlite", "x"], {}, "MODEL_EVENTS_BUS is missing: "),
        (["relay", "--bus", "b"], {}, "no database: give --sqlite FILE or --database URL, or set MODEL_EVENTS_DATABASE"),
        (["status", "--database", "postgresql://u:geheim@h/x"], {}, "--database must not hold a password"),
        (["status", "--database", "host=h password=geheim"], {}, "--database must not hold a password"),
        (["relay", "--sqlite", "x", "--bus", "b", "--lease-seconds", "1"], {}, "lease_seconds must be more than 30"),
        (["relay", "--sqlite", "x", "--bus", "b"], {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, "Set AWS_REGION"),
        (["relay", "--sqlite", "x", "--bus", "b", "--endpoint-url", "nonsense"], {}, "Invalid endpoint: nonsense"),
        (["unknown"], {}, "invalid choice: 'unknown'"),
    ],
)
def test_wrong_usage_exits_with_2_and_an_error_without_secrets(arguments: list[str], variables: dict[str, str], text: str) -> None:
    done = run([*COMMAND, *arguments], variables)
    assert done.returncode == 2
    assert text in done.stderr
    assert "geheim" not in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_credentials_are_reported_on_one_line(tmp_path: Path, bus: LocalBus) -> None:
    database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    database.register(registered("a"))
    no_credentials = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    done = run(relay_of(database, bus, "--once"), no_credentials)
    assert done.returncode == 1
    assert done.stdout.startswith("nothing sent: DescribeEventBus on bus hokusai-development failed: Unable to locate credentials")


def test_without_boto3_the_error_names_the_extra_to_install(tmp_path: Path) -> None:
    (tmp_path / "boto3.py").write_text("raise ImportError")
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from hokusai_model_events.registry.command import main; main()"
    done = run(["-c", program, str(tmp_path), "relay", "--sqlite", "x", "--bus", "b"])
    assert done.returncode == 2
    assert done.stderr == "hokusai-model-events: boto3 is missing: pip install 'hokusai-model-events[registry]'\n"
