"""The base of this package's errors, and those that belong to both of its sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence


class ModelEventsError(Exception):
    """Base of every error that this package raises on its own account."""


class SettingsError(ModelEventsError, ValueError):
    """A setting is missing or wrong; the text says which one, and who sets it."""


@dataclass(frozen=True)
class Violation:
    """One rule that a value broke. The texts are safe to print: shortened, on one line, escaped."""

    field: str
    """Path from the top of the detail, as in ``performance_data.current_value``."""
    rule: str
    """What the rule asks."""
    value: str
    """What stood there."""


class ContractError(ModelEventsError, ValueError):
    """An event breaks the contract, so that the pipeline would refuse it: nothing was written."""

    MOST_TOLD = 20

    def __init__(self, violations: Sequence[Violation], code: str = "CONTRACT_VIOLATION") -> None:
        self.violations = tuple(violations)
        self.code = code
        """As in the dead letter: ``CONTRACT_VIOLATION``, ``NOT_JSON``, ``TOO_LARGE``, ``TOO_DEEP``."""
        told = [f"{each.field}: {each.rule}, got {each.value}" for each in self.violations[: self.MOST_TOLD]]
        rest = len(self.violations) - len(told)
        super().__init__("; ".join(told) + (f"; and {rest} more" if rest else ""))

    def __reduce__(self) -> tuple[type[ContractError], tuple[Sequence[Violation], str]]:
        return type(self), (self.violations, self.code)
