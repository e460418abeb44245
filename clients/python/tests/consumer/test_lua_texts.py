"""The scripts equal those of Node byte for byte, so that both consumers share the server's script cache."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from hokusai_model_events.consumer import lua_texts
from hokusai_model_events.consumer.scripts import script

ROOT = Path(__file__).resolve().parents[4]
PRINT_SOURCES = """
const { scripts } = require('./queue/scripts.ts');
console.log(JSON.stringify(Object.fromEntries(Object.entries(scripts).map(([name, { source }]) => [name, source]))));
"""


def test_each_script_has_the_text_that_node_sends() -> None:
    loaders = ["--import", "tsx", "--require", str(ROOT / "tools/lua-require.cjs")]
    command = [str(ROOT / "node_modules/.bin/node"), *loaders, "--eval", PRINT_SOURCES]
    sources = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    names = {"acknowledge", "claim", "dead-letter", "extend", "give-back", "inspect", "probe", "retry", "revoke", "snooze", "start"}
    camel = {name: "".join(word.capitalize() if at else word for at, word in enumerate(name.split("-"))) for name in names}
    assert {name: script(name).text for name in names} == {name: sources[camel[name]] for name in names}


def test_an_installed_package_uses_its_own_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lua").mkdir()
    (tmp_path / "lua" / "claim.lua").write_bytes(b"return 1\r\n-- INCLUDE nothing\n")
    monkeypatch.setattr(lua_texts, "_PACKAGE", tmp_path)
    assert lua_texts.lua_text("claim") == "return 1\r\n-- INCLUDE nothing\n"


def test_missing_scripts_are_an_error_that_explains_the_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lua_texts, "_PACKAGE", tmp_path)
    with pytest.raises(FileNotFoundError, match="install hokusai-model-events from its wheel"):
        lua_texts.lua_text("claim")
