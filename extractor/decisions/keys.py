"""Which question a decision answers, by content: the same wherever a file lies, whatever it and its run are called.

A key is the document's content, the text of the project's block, the value that is meant and the code of the flag. An
indicator is told by what it prints (number, categories, name, place in the block), since its position in the list
changes as soon as another one is read. The evidence is what the person who decided could see; where it is another one
today, an old decision is a suggestion and nothing more.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from extractor.schemas.paths import ATTRIBUTES
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import DocumentLine, Flag, FlagCode, Record, Span
from extractor.text import squash

UNCHECKED = "unchecked"
"""Stands in place of a flag's code where a record was read once and nothing was found."""
RECHECKED = frozenset((FlagCode.PARTS_DO_NOT_SUM, FlagCode.SUM_MISMATCH, FlagCode.MISSING_NUMBER))
"""Checks that run again on decided values."""
_ARITHMETIC = frozenset((FlagCode.PARTS_DO_NOT_SUM, FlagCode.SUM_MISMATCH, FlagCode.UNIT_SCALE_SUSPECT))
_INDICATOR = re.compile(r"indicators\[(\d+)\](.*)", re.DOTALL)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_STEP = re.compile(r"[^.\[\]]+")
_LONGEST = 2_000


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IndicatorMark(_Part):
    """What an indicator prints, and where in its block."""

    number: int | None = None
    level1: str | None = Field(None, max_length=_LONGEST)
    level2: str | None = Field(None, max_length=_LONGEST)
    name: str | None = Field(None, max_length=_LONGEST)
    span: Span | None = None


class Key(_Part):
    """Which question; `path` has no index where `indicator` says which one is meant.

    `subject` tells flags apart that have the same code and path: the text that they point at.
    """

    document: str = Field(max_length=64)
    block: str = Field("", max_length=64)
    path: str = Field("", max_length=_LONGEST)
    code: str = Field(max_length=64)
    indicator: IndicatorMark | None = None
    subject: str = Field("", max_length=_LONGEST)

    @property
    def id(self) -> str:
        """32 hexadecimal digits."""
        return digest(self.model_dump())[:32]

    @property
    def place(self) -> tuple[object, ...]:
        """What stays the same where the document was issued anew, or cut otherwise."""
        mark = self.indicator
        return self.path, self.code, mark and (mark.level1, mark.level2, mark.name)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to decide. `flag` is None where a record was read once; `at` is its place in the owner's flags."""

    key: Key
    evidence: str
    code: str
    flag: Flag | None
    at: int | None


def digest(value: Any) -> str:
    """Hash of a value that JSON can hold."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def block_hash(source: str) -> str:
    """Hash of a block's text; white space, which readers put differently, does not count.

    >>> block_hash("项目 甲\\n80.00") == block_hash("项目甲 80.00")
    True
    """
    return sha256(squash(source).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def questions_of_record(record: Record, source: str, decided: ProjectReading | None = None) -> Iterator[Question]:
    """What a record asks as it was read, in the order of its flags; `source` is its block's text.

    `decided` are its values after the decisions on single values, which the checks of sums and numbers go by.
    """
    block, document = block_hash(source), record.document.sha256
    marks = _marks(record)
    seen: Counter[str] = Counter()
    for at, flag in enumerate(record.flags):
        if flag.is_information:
            continue
        path, index = _split(flag.path)
        mark = None if index is None else marks.get(index) or _told(record, flag)
        texts = _texts(record, source, flag)
        subject = _short("/".join(texts)) if path in {"", "document"} else ""
        key = _counted(Key(document=document, block=block, path=path, code=flag.code, indicator=mark), subject, seen)
        project = decided if decided is not None and flag.code in RECHECKED else record.project
        evidence = [block, flag.rules, flag.model, flag.builtin, flag.suggestion, texts, _values(project, flag)]
        yield Question(key, digest(evidence)[:32], flag.code, flag, at)
    if record.status == "unchecked":
        key = Key(document=document, block=block, code=UNCHECKED)
        published = record.project.model_dump(mode="json")
        yield Question(key, digest([block, published])[:32], UNCHECKED, None, None)


def questions_of_document(line: DocumentLine) -> Iterator[Question]:
    """What a document asks as a whole."""
    seen: Counter[str] = Counter()
    for at, flag in enumerate(line.flags):
        if flag.is_information:
            continue
        subject = "" if flag.code == FlagCode.SUM_MISMATCH else ",".join(f"{start}-{end}" for start, end in flag.spans)
        key = _counted(Key(document=line.document.sha256, path=flag.path, code=flag.code), _short(subject), seen)
        facts = sorted(_NUMBER.findall(flag.message)) if flag.code in _ARITHMETIC else []
        yield Question(key, digest([line.document.sha256, facts])[:32], flag.code, flag, at)


def _counted(key: Key, subject: str, seen: Counter[str]) -> Key:
    """The key with its subject; of questions that are alike in everything the later ones are numbered."""
    key = key.model_copy(update={"subject": subject})
    seen[key.id] += 1
    times = seen[key.id]
    return key if times == 1 else key.model_copy(update={"subject": f"{subject}#{times}"})


def _short(text: str) -> str:
    return text if len(text) <= 200 else digest(text)


def _split(path: str) -> tuple[str, int | None]:
    """A path without the index of its indicator, and that index.

    >>> _split("indicators[2].annual_value"), _split("goal")
    (('indicators[].annual_value', 2), ('goal', None))
    """
    match = _INDICATOR.fullmatch(path)
    return (f"indicators[]{match[2]}", int(match[1])) if match else (path, None)


def _marks(record: Record) -> Mapping[int, IndicatorMark]:
    """Each indicator that was read, by its index."""
    begins: dict[int, list[Span]] = {}
    for path, span in record.spans.items():
        match = _INDICATOR.fullmatch(path)
        if match:
            begins.setdefault(int(match[1]), []).append(span)
    offset = record.block.start
    found = {}
    for index, one in enumerate(record.project.indicators):
        spans = begins.get(index)
        at = (min(start for start, _ in spans) - offset, max(end for _, end in spans) - offset) if spans else None
        texts = {field: _clip(getattr(one, field)) for field in ("level1", "level2", "name")}
        found[index] = IndicatorMark(number=one.number, span=at, **texts)
    return found


def _told(record: Record, flag: Flag) -> IndicatorMark:
    """An indicator of which a flag alone tells: it is not published."""
    offset = record.block.start
    span = (flag.spans[0][0] - offset, flag.spans[0][1] - offset) if flag.spans else None
    return IndicatorMark(name=_clip(flag.model or flag.rules), span=span)


def _clip(text: str | None) -> str | None:
    return squash(text)[:200] if text else None


def _texts(record: Record, source: str, flag: Flag) -> list[str]:
    """What stands at the places that a flag points at; of a place outside of the block, where it is."""
    offset = record.block.start
    return [
        squash(source[start - offset : end - offset])
        if offset <= start < end <= offset + len(source)
        else f"@{start - offset}:{end - start}"
        for start, end in flag.spans
    ]


def _values(project: ProjectReading, flag: Flag) -> list[tuple[str, Any]]:
    """The published values that a flag is about."""
    if flag.code == FlagCode.MISSING_NUMBER:
        return [("numbers", [one.number for one in project.indicators])]
    if not flag.path or flag.path == "document":
        return []
    value: Any = project.model_dump(mode="json")
    # A printed label may hold dots and brackets of its own.
    path, has_label, label = flag.path.partition(ATTRIBUTES)
    steps = [*_STEP.findall(path), *(("attributes", label) if has_label else ())]
    for step in steps:
        if isinstance(value, list):
            value = value[int(step)] if step.isdecimal() and int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    # An indicator's path without its index: its position in the list is no evidence.
    return [(_split(flag.path)[0], value)]


__all__ = [
    "RECHECKED",
    "UNCHECKED",
    "IndicatorMark",
    "Key",
    "Question",
    "block_hash",
    "digest",
    "questions_of_document",
    "questions_of_record",
]
