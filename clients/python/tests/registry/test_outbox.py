"""The outbox holds an event if and only if its registration is committed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from hokusai_model_events.registry import ModelRegistered, Outbox, OutboxError, Relay, SettingsError

from .local_bus import LocalBus
from .registry_database import RegistryDatabase, registered


def test_a_committed_registration_has_its_event_and_a_rolled_back_one_has_none(database: RegistryDatabase) -> None:
    database.register(registered("kept"))
    with closing(database.connect()) as connection:
        Outbox(connection).add(registered("dropped"))
        connection.rollback()
    assert database.unsent() == ["event-kept"]


def test_adding_an_event_commits_nothing(database: RegistryDatabase) -> None:
    with closing(database.connect()) as connection:
        Outbox(connection).add(registered())
        assert database.unsent() == []
        connection.commit()
    assert database.unsent() == ["event-m-1"]


def test_adding_the_same_event_twice_stores_it_once_and_keeps_the_transaction_usable(database: RegistryDatabase) -> None:
    database.register(registered("a"))
    with closing(database.connect()) as connection:
        Outbox(connection).add(registered("a"))
        Outbox(connection).add(registered("b"))
        connection.commit()
    assert database.unsent() == ["event-a", "event-b"]


def test_a_duplicate_event_id_with_another_detail_is_an_error(database: RegistryDatabase) -> None:
    database.register(registered("a"))
    with closing(database.connect()) as connection, pytest.raises(OutboxError, match="event_id event-a .* another detail"):
        Outbox(connection).add(registered("other", event_id="event-a"))


def test_adding_an_event_without_a_transaction_is_refused(database: RegistryDatabase) -> None:
    with closing(database.connect()) as connection:
        if isinstance(connection, sqlite3.Connection):
            connection.isolation_level = None
        else:
            connection.autocommit = True
        with pytest.raises(OutboxError, match="begin a transaction first"):
            Outbox(connection).add(registered("a"))
        connection.cursor().execute("BEGIN")
        Outbox(connection).add(registered("b"))
        connection.cursor().execute("COMMIT")
    assert database.unsent() == ["event-b"]


def test_creating_the_table_twice_changes_nothing(database: RegistryDatabase) -> None:
    database.register(registered("a"))
    with closing(database.connect()) as connection:
        Outbox(connection).create_table()
        connection.commit()
    assert database.unsent() == ["event-a"]


def test_every_digit_and_character_reaches_the_bus(database: RegistryDatabase, relay: Relay, bus: LocalBus) -> None:
    event = registered(
        baseline_value=Decimal("1.10"),
        performance_data={"current_value": 9007199254740993, "p": Decimal("3.141592653589793238462643383279502884197")},
        model_name="é🌊\u0000\ud800\u2028\"'%s ? :now",
        extra={"new": [1e-7, Decimal("1E+400"), True, None]},
    )
    database.register(event)
    assert relay.run_once().sent == 1
    assert bus.details() == [event.detail]
    assert '"baseline_value":1.10,' in event.detail
    assert '{"current_value":9007199254740993,"p":3.141592653589793238462643383279502884197}' in event.detail
    assert '"new":[1e-07,1E+400,true,null]' in event.detail


def test_each_event_gets_a_unique_id_by_default() -> None:
    fields = {"model_id": "m", "token_symbol": "A", "metric_name": "m", "baseline_value": 1, "performance_data": {},
              "baseline_validated": True}
    assert ModelRegistered(**fields).event_id != ModelRegistered(**fields).event_id


def test_a_connection_of_another_driver_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="sqlite3, psycopg2 or psycopg, .*; got a builtins.object"):
        Outbox(object())


def test_a_connection_wrapped_by_a_pool_is_accepted(database: RegistryDatabase) -> None:
    class Wrapped:  # what SQLAlchemy hands out has this attribute
        def __init__(self, driver_connection: object) -> None:
            self.driver_connection = driver_connection

    with closing(database.connect()) as connection:
        Outbox(Wrapped(connection)).add(registered())
        connection.commit()
    assert database.unsent() == ["event-m-1"]
