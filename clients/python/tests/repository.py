"""Where the tests find the rest of the repository, whose programs they run against."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
