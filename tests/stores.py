"""The two databases that a store may lie in, for tests: a file of SQLite, and a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.patience import HANG


@contextmanager
def server() -> Iterator[str]:
    """The address of a PostgreSQL that listens on a socket in a folder of its own; None where it is not installed.

    It refuses to run for the administrator, so another user has to be there for it.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        pytest.skip("needs PostgreSQL: install Debian's package postgresql")
    bin_folder = programs[-1].parent
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    as_user = ["runuser", "-u", "postgres", "--"] if is_root else []
    folder = Path(tempfile.mkdtemp(prefix="store-", dir="/tmp"))  # a socket's path must be short
    try:
        if is_root:
            shutil.chown(folder, "postgres")
        folder.chmod(0o755)
        data = folder / "data"

        def call(*command: str) -> None:
            subprocess.run(
                [*as_user, *command], check=True, cwd=folder, timeout=HANG, stdout=subprocess.DEVNULL, env=_ENVIRONMENT
            )

        call(str(bin_folder / "initdb"), "-D", str(data), "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
        log = str(folder / "log")
        call(str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-l", log, "-o", options, "start")
        try:
            yield f"postgresql://test@/postgres?host={quote(str(folder))}"
        finally:
            call(str(bin_folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}


def new_schema(address: str) -> str:
    """The address of an empty schema of its own in that database."""
    name = f"s{uuid4().hex[:12]}"
    raw(address, f"CREATE SCHEMA {name}")
    return f"{address}&options={quote(f'-csearch_path={name}')}"


def raw(place: Path | str, statement: str) -> list[tuple[Any, ...]]:
    """One statement by the database's own driver, as another program would ask it."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as connection:
            found = connection.execute(statement).fetchall()
            connection.commit()
            return found
    import psycopg

    with psycopg.connect(place, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


Make = Callable[[Path], Path | str]
