"""The keys and the division of one project."""

from __future__ import annotations

from typing import NamedTuple

from extractor.names.aliases import Aliases
from extractor.names.divisions import division_of
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import Division, DocumentInfo

_NONE = Aliases()


class Named(NamedTuple):
    """What a project's printed names are compared by."""

    name: str | None
    unit: str | None
    department: str | None
    division: Division | None


def named(project: ProjectReading, document: DocumentInfo | None = None, aliases: Aliases | None = None) -> Named:
    """Keys and division of a project; `document` is where it was printed."""
    aliases = aliases or _NONE
    title, file = (document.title, document.file) if document else (None, None)
    division = division_of(project.unit, project.department, title, file)
    code = division.code if division else None
    name = aliases.key("name", project.name, code)
    unit = aliases.key("unit", project.unit, code)
    department = aliases.key("department", project.department, code)
    return Named(
        name.text if name else None, unit.text if unit else None, department.text if department else None, division
    )
