"""The base of this package's errors, and the errors that the registry's and the consumer's side share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

_MAX_LISTED = 20


class ModelEventsError(Exception):
    """Base of every error that this package defines."""


class SettingsError(ModelEventsError, ValueError):
    """A setting is missing or wrong; the text names it, and where its value comes from."""


@dataclass(frozen=True)
class Violation:
    """One rule that a value broke. The texts are safe to print: shortened, on one line, escaped."""

    field: str
    """Path from the top of the checked object, as in ``performance_data.current_value``."""
    rule: str
    """What the rule requires."""
    value: str
    """The value found."""


def summary_of(violations: Sequence[Violation]) -> str:
    """The violations as one sentence; of more than 20 the first 20 and the number of the others."""
    listed = [f"{each.field}: {each.rule}, got {each.value}" for each in violations[:_MAX_LISTED]]
    rest = len(violations) - len(listed)
    return "; ".join(listed) + (f"; and {rest} more" if rest else "")


class ContractError(ModelEventsError, ValueError):
    """An event breaks the contract, so the pipeline would refuse it; nothing was written."""

    def __init__(self, violations: Sequence[Violation], code: str = "CONTRACT_VIOLATION") -> None:
        self.violations = tuple(violations)
        self.code = code
        """As in the dead letter: ``CONTRACT_VIOLATION``, ``NOT_JSON``, ``TOO_LARGE``, ``TOO_DEEP``."""
        super().__init__(summary_of(self.violations))

    def __reduce__(self) -> tuple[type[ContractError], tuple[Sequence[Violation], str]]:
        return type(self), (self.violations, self.code)
