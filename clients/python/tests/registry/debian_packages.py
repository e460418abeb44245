"""Programs and Python packages that pip or the machine may not have, from Debian's packages: unpacked, not installed."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..repository import REPOSITORY

_FOLDER = REPOSITORY / "dist/debian-packages"
_LIBRARIES = Path("usr/lib") / f"{os.uname().machine}-linux-gnu"
_PYTHON = {
    "psycopg": ["python3-psycopg"],
    "asyncpg": ["python3-asyncpg"],
    "sqlalchemy": ["python3-sqlalchemy", "python3-greenlet"],
    "numpy": ["python3-numpy", "libblas3", "liblapack3", "libgfortran5", "libquadmath0"],
}
# In the order in which they need each other.
_NUMPY_LIBRARIES = ("libquadmath.so.0", "libgfortran.so.5", "blas/libblas.so.3", "lapack/liblapack.so.3")


def add_python_packages() -> None:
    """Makes the missing ones of the optional Python packages importable, where Debian's packages are available."""
    for name, packages in _PYTHON.items():
        if importlib.util.find_spec(name) is None and (folder := unpacked(*packages)) is not None:
            # Last: other packages in it must not replace those of this interpreter.
            sys.path.append(str(folder / "usr/lib/python3/dist-packages"))
            if name == "numpy":
                for library in _NUMPY_LIBRARIES:
                    ctypes.CDLL(str(folder / _LIBRARIES / library), ctypes.RTLD_GLOBAL)


def pgbouncer() -> tuple[str, dict[str, str]] | None:
    """The program and the variables that it needs; None if it is not available."""
    installed = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if installed is not None:
        return installed, {}
    folder = unpacked("pgbouncer", "libevent-2.1-7", "libc-ares2")
    if folder is None:
        return None
    return str(folder / "usr/sbin/pgbouncer"), {"LD_LIBRARY_PATH": str(folder / _LIBRARIES)}


def unpacked(*packages: str) -> Path | None:
    """A folder with the contents of the packages, kept for later runs; None if they cannot be downloaded."""
    folder = _FOLDER / packages[0]
    if folder.exists():
        return folder
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return None
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_FOLDER) as temporary:
        download = ["apt-get", "download", "-qq", *packages]
        if subprocess.run(download, cwd=temporary, capture_output=True).returncode != 0:
            # A fresh machine has no package lists.
            subprocess.run(["apt-get", "update", "-qq"], capture_output=True)
            if subprocess.run(download, cwd=temporary, capture_output=True).returncode != 0:
                return None
        contents = Path(temporary) / "contents"
        for archive in Path(temporary).glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(archive), str(contents)], check=True)
        # Another run may have been faster.
        if not folder.exists():
            contents.rename(folder)
    return folder
