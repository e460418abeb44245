"""The scripts' texts: the same bytes as the Node package's, so both share the server's script cache.

Imports nothing of this package, since the wheel's build loads it by its path.
"""

from __future__ import annotations

import re
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def lua_text(name: str) -> str:
    """A script's text: from the wheel, where the build puts it with its parts included, or from ``queue/lua`` of a checkout."""
    built = _PACKAGE / "lua" / f"{name}.lua"
    if built.is_file():
        return _read(built)
    checkout = _PACKAGE.parents[3] / "queue" / "lua"
    if not (checkout / f"{name}.lua").is_file():
        raise FileNotFoundError(
            f"the script {name}.lua is neither in {built.parent} nor in {checkout}:"
            " install hokusai-model-events from its wheel, or work in a whole checkout"
        )
    return resolved_text(checkout, name)


def resolved_text(folder: Path, name: str) -> str:
    """A script of ``folder`` with each line ``-- INCLUDE part`` replaced by the text of that part."""
    include = re.compile(r"^-- INCLUDE (\S+)$", re.MULTILINE)
    return include.sub(lambda line: _read(folder / "parts" / f"{line[1]}.lua"), _read(folder / f"{name}.lua"))


def _read(path: Path) -> str:
    # By bytes: the platform's line endings would change the digest.
    return path.read_bytes().decode("utf-8")
