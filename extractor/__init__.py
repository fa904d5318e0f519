"""Budget performance tables (项目支出绩效目标表) in, checked project records out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractor.version import __version__ as __version__

if TYPE_CHECKING:
    from pathlib import Path

    from extractor.pipeline import DocumentResult

__all__ = ["__version__", "extract"]


def extract(path: str | Path, **settings: Any) -> DocumentResult:
    """Read one file: `.records` are its projects, `.document` is its line of documents.jsonl.

    Keyword arguments are those of `extractor.settings.Settings` (model, base_url, cache_dir …);
    `model=None` is the rules alone. Gives the same records as `extractor run PATH`. Raises
    `extractor.errors.ExtractorError`.
    """
    from extractor.run.one import extract_file
    from extractor.settings import Settings

    if settings.get("model", "") is None:
        settings["model"] = "none"  # elsewhere None is an option that was not given
    return extract_file(str(path), Settings.load(settings))
