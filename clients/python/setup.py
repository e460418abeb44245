"""Adds the Lua scripts to the wheel. All other settings of the package are in pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "src" / "hokusai_model_events"
SCRIPTS = HERE.parents[1] / "queue" / "lua"


class BuildWithScripts(build_py):
    """Copies the scripts, which Node and Python share, from queue/lua into the wheel."""

    def run(self) -> None:
        super().run()
        # An editable installation reads queue/lua from the checkout.
        if getattr(self, "editable_mode", False):
            return
        lua_texts = _loaded(PACKAGE / "consumer" / "lua_texts.py")
        target = Path(self.build_lib) / "hokusai_model_events" / "lua"
        target.mkdir(parents=True, exist_ok=True)
        scripts = sorted(SCRIPTS.glob("*.lua"))
        if not scripts:
            raise SystemExit(f"no Lua scripts in {SCRIPTS}: build this package inside a checkout of model-events")
        for script in scripts:
            text = lua_texts.resolved_text(SCRIPTS, script.stem)
            (target / script.name).write_text(text, encoding="utf-8", newline="\n")


def _loaded(path: Path) -> ModuleType:
    # Loaded by path: neither the package nor its dependencies are installed during a build.
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    exec(compile(path.read_text("utf-8"), path, "exec"), module.__dict__)
    return module


setup(cmdclass={"build_py": BuildWithScripts})
