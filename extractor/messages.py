"""Words for people, in Chinese and English: messages.toml, and the words.toml of a package.

What is found anywhere is found without a language (`extractor.schemas.finding`); here alone it is put into words.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from extractor.schemas.finding import Fact, Finding, Said, Told
from extractor.schemas.place import InParagraph, InSheet, InTable, OnPage, Place, Places
from extractor.schemas.record import DocumentLine, Flag, Record

Sections = Mapping[str, Mapping[str, str]]

LANGUAGES = ("zh", "en")
_BETWEEN_PLACES = {"zh": ("、", "；"), "en": (", ", "; ")}
_FEW_PLACES = 5
_BETWEEN_SENTENCES = {"zh": "", "en": " "}


@lru_cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("extractor").joinpath("messages.toml").read_text(encoding="utf-8"))


def message(key: str, language: str = "zh", **facts: Any) -> str:
    """The message of `key`, filled in.

    >>> message("missing_number", "en", missing="3")
    'Indicator numbering has a gap: number 3 is missing.'
    """
    return _table()[key][language].format(**facts)


def is_known(key: str) -> bool:
    """Whether there is a message of that key."""
    return key in _table()


def worded(fact: Fact, language: str = "zh") -> str:
    """A fact in words; sentences run on as the language writes them.

    >>> from extractor.schemas.finding import said
    >>> worded(said("template_left_empty", what=said("missing_annual_value", number=3)), "en")
    'The annual value of indicator 3 is empty or still template text.'
    """
    if isinstance(fact, Said):
        return message(fact.key, language, **{name: worded(one, language) for name, one in fact.facts.items()})
    if isinstance(fact, tuple):
        return _BETWEEN_SENTENCES[language].join(worded(one, language) for one in fact)
    return str(fact)


def paragraphs(facts: Iterable[Fact], language: str = "zh") -> str:
    """Facts in words, a blank between each and the next."""
    return " ".join(text for fact in facts if (text := worded(fact, language)))


def flag(found: Finding, language: str = "zh", places: Places = ()) -> Flag:
    """The flag that is published of a finding; `places` are where to look in the file."""
    return Flag(
        code=found.code,
        path=found.path,
        message=worded(found.said, language),
        rules=found.rules,
        model=found.model,
        builtin=found.builtin,
        suggestion=found.suggestion,
        spans=found.spans,
        places=places,
    )


def record_in(record: Record, told: Told, language: str) -> Record:
    """A record with its flags' messages in another language."""
    return record.model_copy(update={"flags": _flags_in(record.flags, told, language)})


def line_in(line: DocumentLine, told: Told, language: str) -> DocumentLine:
    """A document's line with its reasons and its flags' messages in another language."""
    update: dict[str, Any] = {"flags": _flags_in(line.flags, told, language)}
    if told.reason:
        update["reason"] = paragraphs(told.reason, language)
    if line.learning is not None and told.learning is not None:
        update["learning"] = line.learning.model_copy(update={"reason": worded(told.learning, language)})
    return line.model_copy(update=update)


def _flags_in(flags: Sequence[Flag], told: Told, language: str) -> tuple[Flag, ...]:
    return tuple(
        one.model_copy(update={"message": worded(said, language)}) for one, said in zip(flags, told.flags, strict=True)
    )


def where(places: Sequence[Place], language: str = "zh") -> str:
    """Places in words, the first few of many; "" for none.

    >>> where((InSheet(sheet="预算", cell="C5"), InSheet(sheet="预算", cell="C6:C7")), "en")
    'sheet 预算, C5, C6:C7'
    """
    said: dict[str, dict[str, None]] = {}
    for place in places:
        frame, spot = _where(place, language)
        said.setdefault(frame, {})[spot] = None
    comma, semicolon = _BETWEEN_PLACES[language]
    named = [frame + comma.join(_first_few(spots)) for frame, spots in said.items()]
    return semicolon.join(_first_few(named))


def where_is(record: Record, language: str = "zh") -> str:
    """Where a project's name stands in its file, or on which page the project begins; "" where neither is known."""
    places = record.places.get("name") or next(iter(record.places.values()), ())
    if not places and record.block.page is not None:
        return message("place_page", language, page=record.block.page)
    return where(places, language)


def _where(place: Place, language: str) -> tuple[str, str]:
    """What several places may share, and the place within it."""
    if isinstance(place, InSheet):
        return message("place_sheet", language, sheet=place.sheet), place.cell
    if isinstance(place, InTable):
        frame = message("place_table", language, table=place.table)
        return frame, message("place_cell", language, row=place.row, column=place.column)
    if isinstance(place, OnPage):
        return "", message("place_page", language, page=place.page)
    if isinstance(place, InParagraph):
        return "", message("place_paragraph", language, paragraph=place.paragraph)
    first, last = place.lines
    return "", message("place_line" if first == last else "place_lines", language, first=first, last=last)


def _first_few(parts: Iterable[str]) -> list[str]:
    named = list(parts)
    return [*named[:_FEW_PLACES], "…"] if len(named) > _FEW_PLACES else named


@lru_cache
def words_of(package: str, language: str) -> Sections:
    """Its sections, each key with its word; KeyError for a language that the file does not speak.

    >>> words_of("extractor.follow", "en")["kinds"]["years"]
    'over years'
    """
    table = tomllib.loads(files(package).joinpath("words.toml").read_text(encoding="utf-8"))
    return {section: {key: entry[language] for key, entry in entries.items()} for section, entries in table.items()}
