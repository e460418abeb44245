"""The program ``hokusai-model-events``: relays an outbox and prints its status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..errors import ModelEventsError, SettingsError
from ..settings import bus_name
from .command_line import database_of, parser
from .command_output import batch_line, status_json, status_text
from .database import Database, reason_of
from .dialect import DIALECTS
from .event_bus import BusError, EventBus
from .outbox import TABLE, schema_of
from .outbox_status import retry_refused, status_of
from .relay import Relay
from .standard_output import flush_output, output, prepare_output
from .stop_on_signal import StopOnSignal


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the program and ends the process with its exit code."""
    prepare_output()
    try:
        options = parser().parse_args(arguments)
        code = _COMMANDS[options.command](options)
    except ModelEventsError as error:
        print(f"hokusai-model-events: {error}", file=sys.stderr)
        code = 2 if isinstance(error, SettingsError) else 1
    finally:
        flush_output()
    sys.exit(code)


def _relay(options: argparse.Namespace) -> int:
    database = database_of(options)
    bus = EventBus(options.bus or bus_name(), endpoint_url=options.endpoint_url, check=not options.skip_bus_check)
    relay = Relay(
        database,
        bus,
        lease_seconds=options.lease_seconds,
        poll_seconds=options.poll_seconds,
        keep_seconds=options.keep_days * 86_400,
    )
    try:
        unusable = bus.why_unusable()
    except BusError:
        unusable = None  # unreachable: the relay checks again before it sends, and reports the error
    if unusable is not None:
        raise SettingsError(unusable)
    with StopOnSignal() as stop:
        if not options.once:
            relay.run(stop, lambda batch: output(batch_line(batch, options.json)))
            return 0
        return _relay_once(relay, database, stop, options.json)


def _relay_once(relay: Relay, database: Database, stop: StopOnSignal, as_json: bool) -> int:
    """Sends the events that are due. Returns 1 if the bus did not accept all of them."""
    failed = False
    try:
        while not stop.is_set():
            batch = relay.run_once()
            if batch.is_empty:
                break
            output(batch_line(batch, as_json))
            failed = failed or bool(batch.errors) and not batch.sends_alone_next
            if batch.error is not None:
                break
    except database.error as error:
        raise _described(error) from None
    finally:
        relay.close()
    return 1 if failed else 0


def _status(options: argparse.Namespace) -> int:
    database = database_of(options)
    connection = database.connect()
    try:
        status = status_of(connection)
    except database.error as error:
        raise _described(error) from None
    finally:
        connection.close()
    printed = output(status_json(status) if options.json else status_text(status))
    return 0 if printed and status.refused_count == 0 else 1


def _retry(options: argparse.Namespace) -> int:
    if options.all == bool(options.event_ids):
        raise SettingsError("retry requires the ids of refused events, or --all")
    database = database_of(options)
    connection = database.connect()
    try:
        count = retry_refused(connection, None if options.all else options.event_ids)
    except database.error as error:
        raise _described(error) from None
    finally:
        connection.close()
    output(f"{count} refused events will be sent again")
    return 0 if options.all or count == len(set(options.event_ids)) else 1


def _schema(options: argparse.Namespace) -> int:
    return 0 if output("\n".join(f"{statement};" for statement in schema_of(DIALECTS[options.dialect]))) else 1


_COMMANDS = {"relay": _relay, "status": _status, "retry": _retry, "schema": _schema}


def _described(error: Exception) -> ModelEventsError:
    return ModelEventsError(f"database error: {reason_of(error, TABLE)}")
