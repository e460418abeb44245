"""Runs every test against the sources of the checkout."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGE_ROOT = Path(__file__).resolve().parents[1]

# Before an installed package.
sys.path.insert(0, str(PACKAGE_ROOT / "src"))
