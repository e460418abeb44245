"""What can be typed after ``hokusai-model-events``, and which database that means."""

from __future__ import annotations

import argparse
import os
from importlib import metadata
from urllib.parse import urlsplit

from ..contract_data import BUS
from ..errors import SettingsError
from .database import DIALECTS, Database

DATABASE = "MODEL_EVENTS_DATABASE"
_EPILOG = f"""\
The database: --sqlite FILE, or --database URL for PostgreSQL, as postgresql://user@host:5432/registry. A password does not
belong there, where every user of the machine can read it: put it into PGPASSWORD or ~/.pgpass, or the whole URL into
{DATABASE}. Credentials for AWS come from where boto3 finds them; in ECS that is the task's role.

Exit code: 0; 1 where the database, AWS or the outbox fails (status: events that the bus refuses for good);
2 where the program is called wrongly.
"""


def parser() -> argparse.ArgumentParser:
    """The program's commands and options."""
    made = argparse.ArgumentParser(
        prog="hokusai-model-events",
        description="Carries the registry's outbox to the event bus.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=_version())
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")

    relay = commands.add_parser("relay", help="send events until told to stop (SIGTERM, SIGINT)")
    relay.add_argument("--bus", metavar="NAME", help=f"the environment's bus [{BUS}]")
    relay.add_argument("--endpoint-url", metavar="URL", help="where EventBridge is, as http://localhost:4510 [AWS_ENDPOINT_URL]")
    relay.add_argument("--once", action="store_true", help="send what is due, then end")
    for option, default, says in (
        ("--lease-seconds", 60, "a dead relay's batch is sent by others after this"),
        ("--poll-seconds", 1, "how long an event may wait in an empty outbox"),
        ("--keep-days", 7, "how long sent events stay in the table"),
    ):
        relay.add_argument(option, type=float, default=default, metavar="N", help=f"{says} [{default}]")

    status = commands.add_parser("status", help="what waits, what was sent, what the bus refuses for good")
    retry = commands.add_parser("retry", help="let refused events be sent again")
    retry.add_argument("event_ids", nargs="*", metavar="EVENT_ID")
    retry.add_argument("--all", action="store_true", help="all refused events")
    for command in (relay, status, retry):
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        command.epilog = _EPILOG
        where = command.add_mutually_exclusive_group()
        where.add_argument("--database", metavar="URL", help=f"the registry's PostgreSQL [{DATABASE}]")
        where.add_argument("--sqlite", metavar="FILE", help="the registry's SQLite database")
    for command in (relay, status):
        command.add_argument("--json", action="store_true", help="a JSON document on each line")
    schema = commands.add_parser("schema", help="print the SQL that makes the outbox's table")
    schema.add_argument("dialect", choices=sorted(DIALECTS))
    return made


def _version() -> str:
    try:
        return metadata.version("hokusai-model-events")
    except metadata.PackageNotFoundError:
        return "not installed: run from a checkout"


def database_of(options: argparse.Namespace) -> Database:
    """The database that was named. Raises ``SettingsError`` where none was, or where a password stands in the arguments."""
    if options.sqlite is not None:
        return Database.sqlite(options.sqlite)
    if options.database is not None:
        if _has_password(str(options.database)):
            raise SettingsError(
                "--database must not hold a password, since every user of this machine can read a program's arguments: "
                f"put it into PGPASSWORD or ~/.pgpass, or the whole URL into {DATABASE}"
            )
        return Database.postgresql(options.database)
    given = os.environ.get(DATABASE)
    if not given:
        raise SettingsError(f"no database: give --sqlite FILE or --database URL, or set {DATABASE} to a PostgreSQL URL")
    return Database.postgresql(given)


def _has_password(conninfo: str) -> bool:
    return "password=" in conninfo or ("://" in conninfo and urlsplit(conninfo).password is not None)
