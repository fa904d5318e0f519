"""The tables of 0.4.0 to 0.6.0, which made them without Alembic."""

from __future__ import annotations

revision = "2"
down_revision = None


def upgrade() -> None:
    """Made by the programs of that time."""
