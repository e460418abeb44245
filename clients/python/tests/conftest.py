"""What every test of this package stands on: the package from the checkout, and the repository's own programs."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGE_ROOT = Path(__file__).resolve().parents[1]

# Tests run on the checkout's sources, whatever is installed.
sys.path.insert(0, str(PACKAGE_ROOT / "src"))
