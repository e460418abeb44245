"""Builds the Python package's wheel into FOLDER, without pip and without a network: build-wheel.py FOLDER

The same sources give the same bytes: times in the archive come from SOURCE_DATE_EPOCH, else they are those of the first day
that a ZIP archive can hold.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from pathlib import Path

from setuptools import build_meta

PACKAGE = Path(__file__).resolve().parents[1] / "clients" / "python"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SOURCE_DATE_EPOCH", "315619200")
    for old in folder.glob("hokusai_model_events-*.whl"):
        old.unlink()
    os.chdir(PACKAGE)
    # A wheel would get what an earlier build has left behind, and sources that are gone by now.
    clear()
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            name = build_meta.build_wheel(str(folder))
    except BaseException:
        print(said.getvalue(), file=sys.stderr)
        raise
    finally:
        clear()
    print(folder / name)


def clear() -> None:
    for left in ("build", "src/hokusai_model_events.egg-info"):
        shutil.rmtree(left, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: build-wheel.py FOLDER")
    main(Path(sys.argv[1]).absolute())
