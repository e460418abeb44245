"""Builds the Python package's wheel into FOLDER, without pip and without a network: build-wheel.py FOLDER

It works on a copy, so that several can build at once and nothing is left among the sources. The same sources give the same
bytes: times in the archive come from SOURCE_DATE_EPOCH, else they are those of the first day that a ZIP archive can hold.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import build_meta

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = "clients/python"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SOURCE_DATE_EPOCH", "315619200")
    for old in folder.glob("hokusai_model_events-*.whl"):
        old.unlink()
    said = io.StringIO()
    # A wheel would get what an installation from the checkout has left behind, and sources that are gone by now.
    ignored = shutil.ignore_patterns("tests", "build", "*.egg-info")
    with tempfile.TemporaryDirectory() as room:
        for part in (PACKAGE, "queue/lua"):
            shutil.copytree(REPOSITORY / part, Path(room, part), ignore=ignored)
        os.chdir(Path(room, PACKAGE))
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                name = build_meta.build_wheel(str(folder))
        except BaseException:
            print(said.getvalue(), file=sys.stderr)
            raise
    print(folder / name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: build-wheel.py FOLDER")
    main(Path(sys.argv[1]).absolute())
