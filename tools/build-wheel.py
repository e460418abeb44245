"""Builds the Python package's wheel into FOLDER, without pip and network: build-wheel.py FOLDER

It builds a copy of the sources, so that builds can run in parallel and leave no files in the checkout. The build is
reproducible: timestamps in the archive are SOURCE_DATE_EPOCH, by default the earliest date of the ZIP format.
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
    output = io.StringIO()
    # Leftovers of an installation from the checkout would get into the wheel, deleted sources included.
    ignored = shutil.ignore_patterns("tests", "build", "*.egg-info")
    with tempfile.TemporaryDirectory() as copy:
        for part in (PACKAGE, "queue/lua"):
            shutil.copytree(REPOSITORY / part, Path(copy, part), ignore=ignored)
        os.chdir(Path(copy, PACKAGE))
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                name = build_meta.build_wheel(str(folder))
        except BaseException:
            print(output.getvalue(), file=sys.stderr)
            raise
    print(folder / name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: build-wheel.py FOLDER")
    main(Path(sys.argv[1]).absolute())
