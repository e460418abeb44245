"""Refuses misspelt names of options."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .errors import SettingsError


class KnownNames:
    """Base of classes whose keyword arguments are checked: an unknown one is refused with the nearest known name."""

    # Type checkers compare the names with __init__.
    if not TYPE_CHECKING:

        def __new__(cls, *_: object, **given: object) -> KnownNames:
            refuse_unknown_names(cls, given)
            return object.__new__(cls)


def refuse_unknown_names(kind: type, given: Iterable[str]) -> None:
    """Raises ``SettingsError`` for a name that is no argument of the class."""
    known = list(inspect.signature(kind.__init__).parameters)[1:]
    for name in given:
        if name not in known:
            nearest = nearest_name(name, known)
            advice = f"the known ones are {', '.join(known)}" if nearest is None else f'did you mean "{nearest}"?'
            raise SettingsError(f'unknown argument "{name}" of {kind.__name__}: {advice}')


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that is probably meant; None if none is similar."""
    by_letters = {_letters(each): each for each in known}
    nearest = difflib.get_close_matches(_letters(name), by_letters, 1, 0.7)
    return by_letters[nearest[0]] if nearest else None


def _letters(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
