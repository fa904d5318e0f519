"""What the fields of the schemas mean: English from the schemas' own descriptions, Chinese from meanings.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel


class Meaning(NamedTuple):
    """One meaning in both languages."""

    zh: str
    en: str


def meaning_of(model: type[BaseModel], name: str = "") -> Meaning:
    """What a field means, or the model as a whole.

    >>> from extractor.schemas.record import Total
    >>> meaning_of(Total, "name"), meaning_of(Total).en
    (Meaning(zh='该行的名称', en='what the row is called'), 'A printed total row.')
    """
    if name:
        field = model.model_fields[name]
        inner = next(models_in(field.annotation), None)
        english = field.description or (_first_line(inner) if inner else "")
    else:
        english = _first_line(model)
    if not english:
        raise KeyError(f"{model.__name__}.{name}: the schema has no description")
    return Meaning(_chinese()[model.__name__][name], english)


def field_at(model: type[BaseModel], steps: Sequence[str]) -> tuple[type[BaseModel], str]:
    """The model and field that a path leads to; a key of a mapping counts as the mapping.

    >>> from extractor.schemas.record import Record
    >>> field_at(Record, ["normalized", "division", "code"])
    (<class 'extractor.schemas.record.Division'>, 'code')
    """
    first, *rest = steps
    inner = next(models_in(model.model_fields[first].annotation), None)
    return field_at(inner, rest) if rest and inner else (model, first)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models within a field's annotation: of `tuple[Flag, ...]` it is Flag."""
    if get_origin(annotation) is not None or isinstance(annotation, UnionType):
        for argument in get_args(annotation):
            yield from models_in(argument)
    elif isinstance(annotation, type) and annotation is not NoneType and issubclass(annotation, BaseModel):
        yield annotation


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


@lru_cache
def _chinese() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("extractor.export").joinpath("meanings.toml").read_text("utf-8"))
