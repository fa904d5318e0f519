"""Migrations of the run's database, by Alembic; a store that is opened for writing is brought up to date.

Revisions are numbers. A new one is a file in versions/, a higher `SCHEMA_VERSION`, and a row in the tests.
"""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from extractor.store.tables import OLDEST, SCHEMA_VERSION, VERSION_TABLE


def stamp(connection: Connection, version: int = SCHEMA_VERSION) -> None:
    """Note that the tables are those of a version."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    context.stamp(_scripts(), str(version))


def migrate(connection: Connection, version: int) -> None:
    """From an older version to SCHEMA_VERSION, within the connection's transaction."""
    if version == OLDEST:
        stamp(connection, version)
    scripts = _scripts()
    environment = EnvironmentContext(
        Config(), scripts, fn=lambda revision, _: scripts._upgrade_revs(str(SCHEMA_VERSION), revision)
    )
    with environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE)
        environment.run_migrations()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))
