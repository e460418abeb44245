"""The event that the registry emits: built from Python values, checked at once, written as text exactly once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

from ..detail_check import check_detail
from ..errors import ContractError, Violation
from .json_text import JsonValue, json_text

_NO_EXTRA: Mapping[str, JsonValue] = {}


@dataclass(frozen=True, kw_only=True)
class ModelRegistered:
    """A registration with its baseline.

    Raises ``ContractError`` naming every field that breaks a rule of the contract. Numbers reach the consumers as they are
    written here: pass a ``Decimal`` where its digits matter.
    """

    model_id: str
    """1 to 256 characters."""
    token_symbol: str
    """1 to 64 of A-Z, a-z, 0-9 and -."""
    metric_name: str
    """1 to 256 characters."""
    baseline_value: int | float | Decimal
    performance_data: Mapping[str, JsonValue]
    """``current_value``, a number, is expected inside; all else is free."""
    baseline_validated: bool
    """False: the pipeline counts the registration and carries it to nobody."""
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """What makes sending it again free. A new one for each event; the consumers get it as ``message_id``."""
    correlation_id: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    mlflow_run_id: str | None = None
    experiment_name: str | None = None
    contributor_address: str | None = None
    """0x and 40 hex digits."""
    tags: Mapping[str, str] | None = None
    extra: Mapping[str, JsonValue] = field(default_factory=lambda: _NO_EXTRA)
    """Fields that the contract does not know yet; they are carried as they are."""
    detail: str = field(init=False, repr=False, compare=False)
    """The event's detail: the very text that goes onto the bus."""

    def __post_init__(self) -> None:
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.init and each.name != "extra"}
        # Every optional field is absent where it is None: JSON's null would break its rule.
        content = {name: value for name, value in given.items() if value is not None} | dict(self.extra)
        found = [Violation(name, "one occurrence of each key", "a duplicate key in extra") for name in self.extra if name in given]
        detail = json_text(content, found)
        _check(detail, found)
        object.__setattr__(self, "detail", detail)


def _check(detail: str, found: list[Violation]) -> None:
    try:
        check_detail(detail)
    except ContractError as error:
        if not found:
            raise
        # What could not be written has told already what is wrong with it.
        told = {each.field for each in found}
        found += [each for each in error.violations if each.field not in told]
    if found:
        raise ContractError(found)
