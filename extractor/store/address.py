"""Where a run's results are kept: run.sqlite in its folder, or a PostgreSQL database that the folder names.

The address of a PostgreSQL database is kept in the folder, without its password, so that every command that is given
the folder finds it. The password comes from EXTRACTOR_STORE, PGPASSWORD or ~/.pgpass.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.errors import OutputError, UsageError
from extractor.store.folder import DATABASE, POINTER
from extractor.store.private import private_file, private_folder

if TYPE_CHECKING:
    from sqlalchemy import URL

VARIABLE = "EXTRACTOR_STORE"
Address = Path | str
"""A file of SQLite, or the URL of a PostgreSQL database."""


def checked(address: str) -> str:
    """The URL of a PostgreSQL database as it was given; ValueError for any other.

    >>> checked("postgresql://me@localhost/budget")
    'postgresql://me@localhost/budget'
    """
    from sqlalchemy.exc import ArgumentError

    try:
        url = _url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() != "postgresql" or not url.database:
        raise ValueError("must be the address of a PostgreSQL database: postgresql://user@host:5432/database")
    return address


def found(directory: Path) -> Address:
    """Where the results of a run folder are."""
    pointer = directory / POINTER
    try:
        kept = pointer.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return directory / DATABASE
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{pointer}: cannot be read ({error}); it names the database of the run") from None
    try:
        return _with_password(checked(kept))
    except ValueError as error:
        raise UsageError(f"{pointer}: {error}") from None


def chosen(directory: Path, store: str | None) -> Address:
    """Where a run into `directory` writes: into the database at the URL `store`, or where it wrote before.

    OutputError where the folder holds the results of another one; they would seem to be gone.
    """
    before = found(directory)
    if store is None:
        return before
    if isinstance(before, str):
        if _bare(before) != _bare(store):
            raise OutputError(
                f"{directory}: holds the results in {shown(before)}; choose another folder for another store"
            )
    elif before.exists():
        raise OutputError(f"{before}: the folder's results are in this file; choose another folder for another store")
    else:
        try:
            private_folder(directory)
            private_file(directory / POINTER)
            (directory / POINTER).write_text(_bare(store) + "\n", encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{directory}: the output folder cannot be written to ({error.strerror})") from None
    return store


def shown(address: Address) -> str:
    """The address for people, without a password.

    >>> shown("postgresql://me:secret@localhost/budget")
    'postgresql://me:***@localhost/budget'
    """
    return str(address) if isinstance(address, Path) else _url(address).render_as_string(hide_password=True)


def driven(address: str) -> URL:
    """The URL with the driver that is used."""
    return _url(address).set(drivername="postgresql+psycopg")


def _url(address: str) -> URL:
    from sqlalchemy import make_url

    scheme, colon, rest = address.partition(":")
    return make_url(f"postgresql:{rest}" if (scheme, colon) == ("postgres", ":") else address)


def _bare(address: str) -> str:
    return _url(address).set(password=None).render_as_string()


def _with_password(kept: str) -> str:
    """The address of the environment where it is the same but for its password."""
    given = os.environ.get(VARIABLE)
    try:
        same = given is not None and _bare(checked(given)) == _bare(kept)
    except ValueError:
        same = False
    return given if same and given is not None else kept
