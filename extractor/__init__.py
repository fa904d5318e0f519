"""Budget performance tables (项目支出绩效目标表) in, checked project records out.

    extract(source)         one document
    aextract(source)        the same, awaited
    open_run(directory)     what `extractor run` stored

Everything is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from extractor.version import __version__ as __version__

if TYPE_CHECKING:
    from extractor.api import Run, aextract, extract, open_run
    from extractor.errors import ExtractorError, InputError, UsageError
    from extractor.pipeline import DocumentResult
    from extractor.schemas.layout import LayoutSpec
    from extractor.schemas.record import DocumentLine, Flag, Record

__all__ = [
    "DocumentLine",
    "DocumentResult",
    "ExtractorError",
    "Flag",
    "InputError",
    "LayoutSpec",
    "Record",
    "Run",
    "UsageError",
    "__version__",
    "aextract",
    "extract",
    "open_run",
]

_MODULES = {
    "api": ("Run", "aextract", "extract", "open_run"),
    "errors": ("ExtractorError", "InputError", "UsageError"),
    "pipeline": ("DocumentResult",),
    "schemas.layout": ("LayoutSpec",),
    "schemas.record": ("DocumentLine", "Flag", "Record"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
