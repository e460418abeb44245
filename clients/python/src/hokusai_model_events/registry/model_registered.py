"""The event that the registry emits, checked when it is created."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import cast

from ..contract_data import DETAIL
from ..contract_rules import Rule
from ..detail_check import check_detail
from ..errors import ContractError, Violation
from ..formatted_values import field_name, formatted
from .json_text import JsonValue, described, json_text, python_type

_NO_EXTRA: Mapping[str, JsonValue] = {}


@dataclass(frozen=True, kw_only=True)
class ModelRegistered:
    """A registration with its baseline.

    Raises ``ContractError`` with every field that breaks a rule of the contract. Numbers reach the consumers digit for digit:
    pass a ``Decimal`` if the digits matter.
    """

    model_id: str
    """1 to 256 characters."""
    token_symbol: str
    """1 to 64 of A-Z, a-z, 0-9 and -."""
    metric_name: str
    """1 to 256 characters."""
    baseline_value: int | float | Decimal
    performance_data: Mapping[str, JsonValue]
    """``current_value``, a number, and any other fields."""
    baseline_validated: bool
    """False: the pipeline counts the registration and publishes no message."""
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """The idempotency key, unique for each event; consumers get it as ``message_id``."""
    correlation_id: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    mlflow_run_id: str | None = None
    experiment_name: str | None = None
    contributor_address: str | None = None
    """0x and 40 hex digits."""
    tags: Mapping[str, str] | None = None
    extra: Mapping[str, JsonValue] = field(default_factory=lambda: _NO_EXTRA)
    """Fields that the contract does not know; they are sent unchanged."""
    detail: str = field(init=False, repr=False, compare=False)
    """The event's detail: the text that is sent to the bus."""

    def __post_init__(self) -> None:
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.init and each.name != "extra"}
        # An optional field that is None is omitted: null breaks its rule.
        content: dict[str, object] = {name: value for name, value in values.items() if value is not None}
        content.update(self.extra)
        found = [Violation(name, "one occurrence of each key", "a duplicate key in extra") for name in self.extra if name in values]
        _check_texts(content, DETAIL, found)
        detail = json_text(content, found)
        _check(detail, found)
        object.__setattr__(self, "detail", detail)


def _check(detail: str, found: list[Violation]) -> None:
    try:
        check_detail(detail)
    except ContractError as error:
        if not found:
            raise
        # A value that could not be written has its violation already.
        reported = {each.field for each in found}
        found += [each for each in error.violations if each.field not in reported]
    if found:
        raise ContractError(found)


def _check_texts(content: dict[str, object], rule: Rule, found: list[Violation], prefix: str = "") -> None:
    """Refuses other types in text fields, and empties them: their text in the detail would not show the type.

    MLflow has versions that are an int and others that are a str, and takes a metric as a tag.
    """
    for name, value in content.items():
        own = rule.properties.get(name, rule.each)
        if own is None:
            continue
        if own.kind == "string" and not isinstance(value, str):
            is_composite = isinstance(value, (Mapping, Sequence))
            got = described(content[name]) if is_composite else f"the Python {python_type(value)} {formatted(value)}: write a str"
            found.append(Violation(prefix + field_name(str(name)), own.description, got))
            content[name] = ""
        elif own.each is not None and isinstance(value, Mapping):
            # A key that is not a str is refused when the JSON is written.
            members = dict(cast("Mapping[str, object]", value))
            _check_texts(members, own, found, f"{prefix}{name}.")
            content[name] = members
