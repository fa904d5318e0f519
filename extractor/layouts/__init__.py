"""Layouts as data: the built-in LayoutSpec files, the words they share, and their compiled form."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from extractor.errors import UsageError
from extractor.layouts.compiled import CompiledLayout
from extractor.layouts.terms import Terms, terms
from extractor.schemas.layout import LayoutSpec

__all__ = ["CompiledLayout", "Terms", "built_in", "compiled", "load", "terms"]

_SPECIFIC_FIRST = ("bracketed", "coded", "labelled", "none")


def load(path: Path) -> LayoutSpec:
    """A layout file; UsageError says what is wrong with it and where."""
    try:
        return LayoutSpec(**tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{path}: the layout cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a valid TOML file: {error}") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors(include_url=False)
        )
        raise UsageError(f"{path}: not a valid layout: {problems}") from None


@lru_cache
def built_in() -> tuple[LayoutSpec, ...]:
    """The layouts that ship with the extractor, most specific first."""
    found = [
        LayoutSpec(**tomllib.loads(file.read_text("utf-8")))
        for file in files(__name__).joinpath("built_in").iterdir()
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=_specificity))


def _specificity(spec: LayoutSpec) -> tuple[int, bool, bool, str]:
    return _SPECIFIC_FIRST.index(spec.indicators.categories), not spec.spaced, not spec.signs, spec.name


_MOST_COMPILED = 256
_by_identity: dict[int, tuple[LayoutSpec, CompiledLayout]] = {}
"""Layouts by the objects that they were built for: writing a layout down to look it up takes longer than reading by it.

The object is kept, so that its number is no other's.
"""


def compiled(spec: LayoutSpec) -> CompiledLayout:
    """Regular expressions of a layout, built once."""
    known = _by_identity.get(id(spec))
    if known is None or known[0] is not spec:
        if len(_by_identity) >= _MOST_COMPILED:
            _by_identity.clear()
        known = _by_identity[id(spec)] = (spec, _compiled(spec.model_dump_json()))
    return known[1]


@lru_cache(maxsize=_MOST_COMPILED)
def _compiled(spec: str) -> CompiledLayout:
    return CompiledLayout(LayoutSpec.model_validate_json(spec), terms())


def candidates(source: str, extra: Iterable[LayoutSpec] = ()) -> list[LayoutSpec]:
    """Layouts that could fit a document of this kind; the user's own come first."""
    return [spec for spec in (*extra, *built_in()) if spec.source == source]
