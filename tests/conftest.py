"""Fixtures of all tests, and the one place that names files outside of the repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import stores

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("EXTRACTOR_SHARED") or ROOT.parent / "shared")
"""Real, published documents and their labels; they are not part of the repository."""

# No deadline, and no complaint about slow examples: how fast they are depends on what else the machine does.
settings.register_profile(
    "extractor",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.register_profile("quick", settings.get_profile("extractor"), max_examples=4)
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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL; the test is skipped where none is installed."""
    with stores.server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a store is kept: each test that takes it runs on both databases."""
    if request.param == "sqlite":
        return tmp_path / "out" / "run.sqlite"
    return stores.new_schema(request.getfixturevalue("postgresql"))
