"""Any connection of a supported driver works, whatever its rows and its encoding; another one is refused by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from hokusai_model_events.registry import EventBus, Outbox, OutboxError, Relay, SettingsError
from hokusai_model_events.registry.outbox_status import retry_refused, status_of

from .local_bus import NAME, LocalBus
from .postgresql import PostgreSQL
from .registry_database import RegistryDatabase, registered


def psycopg_factory(name: str) -> Callable[[Any], None]:
    def set_factory(connection: Any) -> None:
        rows = pytest.importorskip("psycopg.rows")
        connection.row_factory = {
            "dict_row": rows.dict_row, "namedtuple_row": rows.namedtuple_row, "scalar_row": getattr(rows, "scalar_row", rows.dict_row),
            "class_row": rows.class_row(dict), "args_row": rows.args_row(lambda *values: values[-1]),
        }[name]

    return set_factory


def other_placeholders(connection: Any) -> None:
    psycopg = pytest.importorskip("psycopg")

    class OtherPlaceholders(psycopg.Cursor):
        """As RawCursor of newer versions: it does not know ``%s``."""

        def execute(self, *_: object, **__: object) -> object:
            raise psycopg.errors.SyntaxError('syntax error at or near "%"')

    connection.cursor_factory = OtherPlaceholders


def psycopg2_factory(name: str) -> Callable[[Any], None]:
    def set_factory(connection: Any) -> None:
        connection.cursor_factory = getattr(pytest.importorskip("psycopg2.extras"), name)

    return set_factory


def sqlite_factory(factory: Any) -> Callable[[Any], None]:
    def set_factory(connection: Any) -> None:
        connection.row_factory = factory
        connection.text_factory = bytes

    return set_factory


FACTORIES: dict[str, tuple[str, Callable[[Any], None]]] = {
    **{name: ("psycopg", psycopg_factory(name)) for name in ("dict_row", "namedtuple_row", "scalar_row", "class_row", "args_row")},
    "a cursor with other placeholders": ("psycopg", other_placeholders),
    **{name: ("psycopg2", psycopg2_factory(name)) for name in ("DictCursor", "RealDictCursor", "NamedTupleCursor")},
    "sqlite3.Row": ("sqlite3", sqlite_factory(sqlite3.Row)),
    "dict of sqlite3": ("sqlite3", sqlite_factory(lambda cursor, row: {each[0]: value for each, value in zip(cursor.description, row)})),  # type: ignore[reportUnknownLambdaType]
}


@pytest.mark.parametrize("name", FACTORIES)
def test_any_row_factory_of_the_caller_works(
    name: str, request: pytest.FixtureRequest, tmp_path: Any, use_driver: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, set_factory = FACTORIES[name]
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-6b0943a3-8da2f56f9c90034d8020c4a0;Parent=8da2f56f9c90034d;Sampled=1")
    if driver == "sqlite3":
        database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    else:
        use_driver(driver)
        server: PostgreSQL = request.getfixturevalue("postgresql")
        database = RegistryDatabase.in_postgresql(server.new_database())
    with closing(database.connect()) as connection:
        set_factory(connection)
        outbox = Outbox(connection)
        outbox.add(registered("a"))
        outbox.add(registered("a"))
        with pytest.raises(OutboxError, match="another detail"):
            outbox.add(registered("b", event_id="event-a"))
        connection.commit()
        assert (status_of(connection).waiting, retry_refused(connection, None)) == (1, 0)
    assert database.unsent() == ["event-a"]


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_a_database_without_an_encoding_sends_every_character(
    driver: str, postgresql: PostgreSQL, bus: LocalBus, use_driver: Callable[[str], Any]
) -> None:
    use_driver(driver)
    database = RegistryDatabase.in_postgresql(postgresql.new_database("-E", "SQL_ASCII", "-T", "template0"))
    event = registered("a", model_name="Modèle 🌊")
    database.register(event)
    relay = Relay(database.database, EventBus(NAME, endpoint_url=bus.url))
    assert relay.run_once().sent == 1
    relay.close()
    assert bus.details() == [event.detail]


def test_bytes_that_are_not_utf_8_are_refused_and_the_other_events_are_sent(
    postgresql: PostgreSQL, bus: LocalBus, tmp_path: Any
) -> None:
    ascii_database = RegistryDatabase.in_postgresql(postgresql.new_database("-E", "SQL_ASCII", "-T", "template0"))
    sqlite_database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    for database, text in ((ascii_database, "E'\\xe9'"), (sqlite_database, "CAST(X'e9' AS TEXT)")):
        database.register(registered("a"), registered("b"))
        database.run(f"UPDATE model_events_outbox SET detail = {text} WHERE event_id = 'event-a'")
        relay = Relay(database.database, EventBus(NAME, endpoint_url=bus.url))
        batch = relay.run_once()
        relay.close()
        assert (batch.sent, batch.refused) == (1, 1)
        assert dict(batch.errors)["event-a"].startswith("the detail is not UTF-8 (")
        assert database.unsent() == ["event-a"]


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_a_connection_whose_encoding_cannot_write_the_event_is_an_error_that_names_it(
    driver: str, postgresql: PostgreSQL, use_driver: Callable[[str], Any]
) -> None:
    use_driver(driver)
    database = RegistryDatabase.in_postgresql(postgresql.new_database())
    with closing(database.connect()) as connection:
        if driver == "psycopg2":
            connection.set_client_encoding("LATIN1")
        else:
            connection.execute("SET client_encoding TO latin1")
        with pytest.raises(OutboxError, match="client_encoding utf8"):
            Outbox(connection).add(registered("a", model_name="🌊"))
        connection.rollback()
        Outbox(connection).add(registered("b", model_name="é"))
        Outbox(connection).add(registered("b", model_name="é"))
        connection.commit()
    assert database.unsent() == ["event-b"]


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_a_character_that_the_database_cannot_store_is_an_error_that_names_the_encoding(
    driver: str, postgresql: PostgreSQL, use_driver: Callable[[str], Any]
) -> None:
    use_driver(driver)
    database = RegistryDatabase.in_postgresql(postgresql.new_database("-E", "LATIN1", "-T", "template0", "--locale", "C"))
    with closing(database.connect()) as connection:
        with pytest.raises(OutboxError, match="no equivalent in encoding 'LATIN1': .* use a database with ENCODING 'UTF8'"):
            Outbox(connection).add(registered("a", model_name="🌊"))


def test_a_missing_table_is_an_error_that_names_the_schema_command(postgresql: PostgreSQL, tmp_path: Any) -> None:
    database = RegistryDatabase.in_postgresql(postgresql.new_database())
    database.run("DROP TABLE model_events_outbox")
    for connection in (sqlite3.connect(tmp_path / "empty.sqlite"), database.connect()):
        with closing(connection), pytest.raises(OutboxError, match="model_events_outbox.*: create it with the SQL that `hokusai-model-events schema`"):
            Outbox(connection).add(registered())


def test_a_connection_that_hides_the_number_of_written_rows_is_an_error(postgresql: PostgreSQL) -> None:
    psycopg = pytest.importorskip("psycopg")
    database = RegistryDatabase.in_postgresql(postgresql.new_database())
    with closing(database.connect()) as connection:
        if not psycopg.Pipeline.is_supported():
            pytest.skip("this libpq has no pipelines")
        with connection.pipeline(), pytest.raises(OutboxError, match="reports -1 written rows"):
            Outbox(connection).add(registered())


def test_an_asynchronous_connection_is_refused_with_the_class_to_use(postgresql: PostgreSQL) -> None:
    psycopg2 = pytest.importorskip("psycopg2")
    with closing(psycopg2.connect(postgresql.new_database(), async_=1)) as connection:
        with pytest.raises(SettingsError, match="asynchronous calls of psycopg2: connect without async_"):
            Outbox(connection)


def test_a_connection_of_a_subclass_is_accepted(tmp_path: Any) -> None:
    class Own(sqlite3.Connection):
        pass

    database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    with closing(sqlite3.connect(tmp_path / "registry.sqlite", factory=Own)) as connection:
        Outbox(connection).add(registered())
        connection.commit()
    assert database.unsent() == ["event-m-1"]


def test_the_connection_of_a_sqlalchemy_session_is_accepted(postgresql: PostgreSQL) -> None:
    pytest.importorskip("psycopg2")
    alchemy, orm = pytest.importorskip("sqlalchemy"), pytest.importorskip("sqlalchemy.orm")
    conninfo = postgresql.new_database()
    database = RegistryDatabase.in_postgresql(conninfo)
    engine = alchemy.create_engine(conninfo.replace("postgresql://", "postgresql+psycopg2://"))
    with orm.Session(engine) as session, session.begin():
        session.execute(alchemy.text("INSERT INTO models VALUES ('m-1')"))
        Outbox(session.connection().connection).add(registered())
        with pytest.raises(SettingsError, match=r"pass session\.connection\(\)\.connection"):
            Outbox(session)
    engine.dispose()
    assert database.unsent() == ["event-m-1"]
    assert database.models() == ["m-1"]
