"""The arguments of ``hokusai-model-events``, and the database that they select."""

from __future__ import annotations

import argparse
import os
from importlib import metadata
from urllib.parse import urlsplit

from ..contract_data import BUS
from ..errors import SettingsError
from .database import Database
from .dialect import DIALECTS

DATABASE = "MODEL_EVENTS_DATABASE"
_EPILOG = f"""\
The database: --sqlite FILE, or --database URL for PostgreSQL, as postgresql://user@host:5432/registry. Do not
put a password there, where every user of the machine can read it: use PGPASSWORD or ~/.pgpass, or put the whole URL into
{DATABASE}. boto3 finds the AWS credentials; in ECS they are those of the task role.

Exit code: 0 on success; 1 on an error of the database, AWS or the outbox (status: if events are refused);
2 on wrong usage.
"""


def parser() -> argparse.ArgumentParser:
    """The program's commands and options."""
    root = argparse.ArgumentParser(
        prog="hokusai-model-events",
        description="Sends the events of the registry's outbox to the event bus.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=_version())
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    relay = commands.add_parser("relay", help="send events until SIGTERM or SIGINT")
    relay.add_argument("--bus", metavar="NAME", help=f"the environment's bus [{BUS}]")
    relay.add_argument("--endpoint-url", metavar="URL", help="EventBridge's endpoint, as in http://localhost:4510 [AWS_ENDPOINT_URL]")
    relay.add_argument("--skip-bus-check", action="store_true", help="send without events:DescribeEventBus: an unknown bus drops events")
    relay.add_argument("--once", action="store_true", help="send the events that are due, then exit")
    for option, default, description in (
        ("--lease-seconds", 60, "seconds until other relays send the batch of a dead relay"),
        ("--poll-seconds", 1, "seconds between checks of an empty outbox"),
        ("--keep-days", 7, "days that sent events stay in the table"),
    ):
        relay.add_argument(option, type=float, default=default, metavar="N", help=f"{description} [{default}]")

    status = commands.add_parser("status", help="print the waiting, sent and refused events")
    retry = commands.add_parser("retry", help="send refused events again")
    retry.add_argument("event_ids", nargs="*", metavar="EVENT_ID")
    retry.add_argument("--all", action="store_true", help="all refused events")
    for command in (relay, status, retry):
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        command.epilog = _EPILOG
        where = command.add_mutually_exclusive_group()
        where.add_argument("--database", metavar="URL", help=f"the registry's PostgreSQL [{DATABASE}]")
        where.add_argument("--sqlite", metavar="FILE", help="the registry's SQLite database")
    for command in (relay, status):
        command.add_argument("--json", action="store_true", help="print JSON, one document a line")
    schema = commands.add_parser("schema", help="print the SQL that creates the outbox table")
    schema.add_argument("dialect", choices=sorted(DIALECTS))
    return root


def _version() -> str:
    try:
        return metadata.version("hokusai-model-events")
    except metadata.PackageNotFoundError:
        return "not installed: run from a checkout"


def database_of(options: argparse.Namespace) -> Database:
    """The selected database. Raises ``SettingsError`` if there is none, or if the arguments hold a password."""
    if options.sqlite is not None:
        return Database.sqlite(options.sqlite)
    if options.database is not None:
        if _has_password(str(options.database)):
            raise SettingsError(
                "--database must not hold a password, since every user of this machine can read a program's arguments: "
                f"put it into PGPASSWORD or ~/.pgpass, or the whole URL into {DATABASE}"
            )
        return Database.postgresql(options.database)
    url = os.environ.get(DATABASE)
    if not url:
        raise SettingsError(f"no database: give --sqlite FILE or --database URL, or set {DATABASE} to a PostgreSQL URL")
    return Database.postgresql(url)


def _has_password(conninfo: str) -> bool:
    return "password=" in conninfo or ("://" in conninfo and urlsplit(conninfo).password is not None)
