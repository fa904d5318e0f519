"""Fixtures of all tests, and the one place that names files outside of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("EXTRACTOR_SHARED") or ROOT.parent / "shared")
"""Real, published documents and their labels; they are not part of the repository."""

settings.register_profile("extractor", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("extractor")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the real documents; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real documents: {SHARED} is absent; EXTRACTOR_SHARED may name another folder")
    return SHARED


@pytest.fixture(scope="session")
def golden_dir() -> Path:
    """The golden cases of the repository."""
    return ROOT / "golden"
