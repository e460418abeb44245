"""An event is checked before it is written: the error lists every violation that the pipeline would refuse."""

from __future__ import annotations

import dataclasses
import enum
import json
import pickle
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hokusai_model_events.contract_data import DETAIL
from hokusai_model_events.registry import ContractError, ModelRegistered

from .registry_database import registered


def broken(**change: Any) -> list[str]:
    with pytest.raises(ContractError) as raised:
        registered(**change)
    return [f"{each.field}: {each.rule}, got {each.value}" for each in raised.value.violations]


def test_the_dataclass_has_the_fields_of_the_contract() -> None:
    own = {field.name: field for field in dataclasses.fields(ModelRegistered) if field.init and field.name != "extra"}
    assert set(own) == set(DETAIL.properties)
    required = {
        name
        for name, field in own.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    assert required == DETAIL.required


def test_all_violations_are_reported_at_once() -> None:
    assert broken(model_id="", token_symbol="a b", baseline_value=float("nan"), performance_data={"current_value": None}) == [
        "baseline_value: a finite number, got nan",
        'model_id: a string of 1 to 256 characters, got ""',
        'token_symbol: 1 to 64 of A-Z, a-z, 0-9 and -, got "a b"',
        "performance_data.current_value: a finite number, got null",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(9007199254740993, "9007199254740993"), (10**25, "1" + "0" * 25), (Decimal("1.10"), "1.10"), (Decimal("1E+3"), "1E+3"),
     (Decimal("-0"), "-0"), (0.1, "0.1"), (1e16, "1e+16"), (-0.0, "-0.0"), (1e-7, "1e-07"), (True + 1, "2")],
)
def test_a_number_is_written_digit_for_digit(value: int | float | Decimal, text: str) -> None:
    assert f'"baseline_value":{text},' in registered(baseline_value=value).detail


def test_a_whole_number_of_any_length_is_carried() -> None:
    assert f'"n":1{"0" * 5000}}}' in registered(extra={"n": 10**5000}).detail


class Scalar(float):
    """As NumPy's: a float whose repr names its type."""

    def __repr__(self) -> str:
        return f"np.float64({float(self)})"


class Colour(enum.Enum):
    RED = 1


class Stage(enum.IntEnum):
    PRODUCTION = 3


def test_subclasses_of_numbers_are_written_as_numbers() -> None:
    assert '{"current_value":0.5,"stage":3}' in registered(
        performance_data={"current_value": Scalar(0.5), "stage": Stage.PRODUCTION}
    ).detail


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("inf"), "extra: a finite number, got inf"),
        (Decimal("NaN"), "extra: a finite number, got NaN"),
        (Decimal("Infinity"), "extra: a finite number, got Infinity"),
        (Fraction(1, 3), "extra: a number that JSON can write: int, float or Decimal, got a Python fractions.Fraction: write float(value), or a Decimal"),
        (b"bytes", "extra: a JSON value, got a Python bytes: write value.decode()"),
        ({1: 2}, "extra: string keys, got a Python int: write str(value)"),
        ([{"a": {1, 2}}], "extra[0].a: a JSON value, got a Python set: write sorted(value)"),
    ],
)
def test_a_value_outside_json_is_refused_with_its_path(value: object, text: str) -> None:
    assert broken(extra={"extra": value}) == [text]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 11, 27, 9, 30), "a Python datetime.datetime: write value.isoformat()"),
        (date(2026, 11, 27), "a Python datetime.date: write value.isoformat()"),
        (timedelta(1), "a Python datetime.timedelta: write value.total_seconds()"),
        (uuid.UUID(int=1), "a Python uuid.UUID: write str(value)"),
        (Path("model.pkl"), "a Python pathlib.PosixPath: write str(value)"),
        (Colour.RED, "a Python tests.registry.test_model_registered.Colour: write value.value"),
        (iter([1]), "a Python list_iterator: write list(value)"),
        (1 + 2j, "a Python complex"),
    ],
)
def test_a_value_of_a_type_outside_json_is_refused_with_what_to_write_instead(value: object, text: str) -> None:
    assert broken(performance_data={"current_value": 1, "other": value}) == [f"performance_data.other: a JSON value, got {text}"]


def test_numpy_values_are_written_with_their_own_digits_or_refused_by_their_type() -> None:
    numpy: Any = pytest.importorskip("numpy")
    event = registered(
        baseline_value=numpy.float32(0.82), baseline_validated=numpy.bool_(True),
        performance_data={
            "current_value": numpy.float64(0.1), "half": numpy.float16(0.1), "count": numpy.int64(7), "small": numpy.float32(1e-20),
            "big": numpy.uint64(2**64 - 1), "better": numpy.float32(0.9) > 0.8, "name": numpy.str_("a"),
        },
    )
    assert '"baseline_value":0.82,' in event.detail
    assert '"baseline_validated":true' in event.detail
    assert (
        '{"current_value":0.1,"half":0.1,"count":7,"small":1e-20,"big":18446744073709551615,"better":true,"name":"a"}' in event.detail
    )
    assert broken(baseline_value=numpy.float32("nan")) == ["baseline_value: a finite number, got nan"]
    assert broken(baseline_value=numpy.array([0.82])) == ["baseline_value: a JSON value, got a Python numpy.ndarray: write value.tolist()"]
    assert broken(extra={"at": numpy.datetime64("2026-11-27")}) == [
        "at: a JSON value, got a Python numpy.datetime64: write str(value)"
    ]
    assert broken(extra={"took": numpy.timedelta64(1, "D")}) == [
        "took: a JSON value, got a Python numpy.timedelta64: write value / numpy.timedelta64(1, 's')"
    ]


@pytest.mark.parametrize(
    ("value", "got"),
    [(7, "the Python int 7"), (Decimal("7.0"), "the Python decimal.Decimal 7.0"), (7.0, "the Python float 7.0"),
     (datetime(2026, 11, 27), "the Python datetime.datetime 2026-11-27 00:00:00"), (True, "the Python bool true")],
)
def test_a_text_field_refuses_another_type_by_its_name(value: object, got: str) -> None:
    assert broken(model_version=value) == [f"model_version: a string, got {got}: write a str"]
    assert broken(tags={"ok": "1", "accuracy": value}) == [f"tags.accuracy: a string, got {got}: write a str"]


def test_a_text_field_refuses_bytes_with_what_to_write_instead() -> None:
    assert broken(model_version=b"3") == ["model_version: a string, got a Python bytes: write value.decode()"]


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert broken(extra={"loop": loop})[0].endswith(": at most 64 levels, got more")


def test_extra_must_not_repeat_a_field_of_the_contract() -> None:
    assert broken(extra={"model_id": "other"}) == ["model_id: one occurrence of each key, got a duplicate key in extra"]
    assert broken(extra={"correlation_id": "c"}) == ["correlation_id: one occurrence of each key, got a duplicate key in extra"]


def test_optional_fields_without_a_value_are_omitted() -> None:
    assert json.loads(registered().detail) == {
        "model_id": "m-1", "token_symbol": "CRSK", "metric_name": "auroc", "baseline_value": 0.82,
        "performance_data": {"current_value": 0.87}, "baseline_validated": True, "event_id": "event-m-1",
    }


def test_a_value_changed_later_does_not_change_the_event() -> None:
    measured = {"current_value": 1}
    event = registered(performance_data=measured)
    measured["current_value"] = 2
    assert '"performance_data":{"current_value":1}' in event.detail


def test_the_error_can_be_pickled() -> None:
    with pytest.raises(ContractError) as raised:
        registered(model_id="")
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.violations, again.code) == (str(raised.value), raised.value.violations, raised.value.code)
