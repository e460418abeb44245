"""The differences between the SQL of SQLite and of PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """One kind of database."""

    name: str
    now_ms: str
    """The database's clock in milliseconds since 1970: the clocks of its clients may differ."""
    begin: str | None
    """The statement that begins a write transaction; None if the driver begins it."""
    skip_locked: str
    """Makes a SELECT lock its rows and skip rows that are locked."""
    identity: str
    column: str
    """Selects a row if the table in the first parameter has the column in the second; needs no right on the table."""
    bytes_of: str
    """The bytes of the text column ``{}`` as UTF-8: a driver cannot decode what an SQL_ASCII database or SQLite may hold."""


SQLITE = Dialect(
    name="sqlite",
    now_ms="CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    # A transaction that reads before it writes fails if another one writes in between.
    begin="BEGIN IMMEDIATE",
    skip_locked="",
    identity="INTEGER PRIMARY KEY AUTOINCREMENT",
    column="SELECT 1 FROM pragma_table_info(?) WHERE name = ?",
    bytes_of="CAST({} AS BLOB)",
)
POSTGRESQL = Dialect(
    name="postgresql",
    now_ms="CAST(extract(epoch FROM statement_timestamp()) * 1000 AS bigint)",
    begin=None,
    skip_locked=" FOR UPDATE SKIP LOCKED",
    identity="bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    column="SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = ? AND NOT attisdropped",
    # A conversion from SQL_ASCII to UTF8 fails where the bytes are not UTF-8.
    bytes_of="convert_to({}, CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END)",
)
DIALECTS = {dialect.name: dialect for dialect in (POSTGRESQL, SQLITE)}
