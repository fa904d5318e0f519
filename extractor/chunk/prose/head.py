"""The head of a project told in sections: the lines above its first heading that say its name and whose it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.chunk.ink import Ink, piece, whole
from extractor.chunk.prose.headings import HAN, Words
from extractor.chunk.prose.told import ToldProject, stripped
from extractor.layouts import Terms
from extractor.layouts.forms import form_words
from extractor.schemas.document import MappedText
from extractor.text import Squashed, squash

_LONGEST_NAME = 60
_SHORTEST_NAME = 3
_LONGEST_BODY = 30
_LONGEST_LABEL = 24
_STOPS = ("。", ";", ":", ",", "!", "?")
_NUMBERING = re.compile(rf"(?:\d{{1,2}}[.、]|\([{HAN}\d]{{1,3}}\)|[{HAN}]{{1,3}}、)")
_NUMBERED = re.compile(
    rf"""
    \s*(?:项目)?\s*
    (?: (?:\d{{1,3}}|[{HAN}]{{1,3}})\s*[.、:](?!\d)
      | \((?:[{HAN}\d]{{1,3}})\)[、.]?
      | (?:[①-⑳])[、.]? )
    \s*(?=\S)
    """,
    re.VERBOSE,
)
_QUOTED = re.compile(r'"(?P<name>[^"]{2,60})"(?:专项|支出)?(?:项目|经费)?(?:绩效目标(?:情况|公开|说明)*)?')
_BRACKETS = re.compile(r"\([^()]*\)")
_GAP = re.compile(r"(?<=\S)(?:\s{2,}|\t|\u3000)(?=[^:]{2,12}:)")
_YEAR = re.compile(r"^(?:19|20)\d\d年度?")


def head_above(above: Sequence[Ink], terms: Terms, known: Words, *, is_first: bool) -> list[Ink]:
    """The lines above a project's first section that are its head, nearest first; `above` are all, nearest first.

    What stands above the name of a document's first project is the document's.
    """
    taken: list[Ink] = []
    fields: set[str] = set()
    for ink in above:
        found = labelled(ink, terms)
        if found is None and ("name" in fields or not is_name(ink, known)):
            break
        name = "name" if found is None else found[0]
        if name in fields or (is_first and "name" in fields):
            break
        fields.add(name)
        taken.append(ink)
    if is_first and "name" not in fields:
        named = next((index for index, ink in enumerate(above) if (labelled(ink, terms) or "")[:1] == ("name",)), -1)
        return list(above[: named + 1])
    return taken


def read_head(told: ToldProject, taken: Sequence[Ink], terms: Terms, known: Words) -> None:
    """Puts what the lines of a head say into the project that they belong to."""
    for ink in reversed(taken):
        found = labelled(ink, terms)
        if found is not None and found[0] not in told.head:
            told.head[found[0]] = found[1]
        elif found is None and "name" not in told.head and ink is taken[-1]:
            told.head["name"] = whole(ink)
        else:
            told.loose.append(whole(ink))
    if "name" in told.head:
        told.head["name"] = named(told.head["name"], known)
    told.titles = [ink for ink in taken if is_title_of_one(ink, known)]


def named(line: MappedText, known: Words) -> MappedText:
    """The name that a line prints: 1.“X”项目。, 关于X的情况说明, 项目一：X.

    >>> from extractor.chunk.prose.headings import words
    >>> from extractor.layouts import terms
    >>> read = lambda text: named(MappedText(text, range(len(text))), words(terms())).text
    >>> read("1.“夜市管护经费”项目。"), read("关于苗圃扩建的情况说明"), read("“书香”推广项目经费情况说明")
    ('夜市管护经费', '苗圃扩建', '“书香”推广项目')
    """
    view = Squashed(line)
    start, end = _bare(view.text)
    if quoted := _QUOTED.fullmatch(view.text, start, end):
        start, end = quoted.span("name")
    else:
        start, end = _of_title(view.text[start:end], known, start) or (start, end)
    if start >= end:
        return line
    first, last = view.positions[start], view.positions[end - 1] + 1
    return MappedText(line.text[first:last], line.offsets[first:last])


def _bare(word: str) -> tuple[int, int]:
    """Where the name stands in a squashed line: without emphasis, number, and the stop behind it."""
    start, end = 0, len(word.rstrip("*_#"))
    start = end - len(word[:end].lstrip("*_#"))
    if match := _NUMBERED.match(word, start, end):
        start = match.end()
    return start, start + len(word[start:end].rstrip("。:;*_"))


def _of_title(word: str, known: Words, shift: int = 0) -> tuple[int, int] | None:
    """Where a title (X经费情况说明) prints a project's name; None for a line that is no such title, or names none."""
    match = known.patterns["title"].fullmatch(word)
    if match is None:
        return None
    start, end = match.span("name")
    if tail := known.patterns["title_tail"].search(word, start, end):
        end = tail.start()
    if word[start:end].endswith("工程项目") and end < match.end("name"):
        end -= len("项目")
    name = _YEAR.sub("", word[start:end])
    if not name or known.patterns["no_project"].search(name):
        return None
    return shift + start, shift + end


def labelled(ink: Ink, terms: Terms) -> tuple[str, MappedText] | None:
    """Field and value of a line like 项目单位：云溪市图书馆; None for any other line."""
    at = ink.folded.find(":", 0, _LONGEST_LABEL)
    label = _BRACKETS.sub("", _NUMBERING.sub("", squash(ink.text[: max(at, 0)]).strip("*_#"), count=1))
    column = "name" if _NUMBERED.fullmatch(f"{label}:") else terms.columns.get(label) or terms.header_labels.get(label)
    if column is None and label and (known := form_words(terms).label(label)) is not None:
        column = known.field if known.field == "department" else None
    if column not in {"name", "unit", "department"}:
        return None
    begin = 0 if label not in terms.columns and column == "name" else at + 1
    gap = _GAP.search(ink.folded, at + 1)
    value = stripped(piece(ink, begin, gap.start() if gap else len(ink.text)))
    return (column, value) if value.text else None


def is_name(ink: Ink, known: Words) -> bool:
    """Whether a line may be a project's name: short, no sentence, and no title of something else."""
    word = ink.squashed.strip("*_#")
    start, end = _bare(word)
    if prints_name(ink, known):
        return True
    bare = word[start:end] if start else word
    if known.kind(bare.partition(":")[0]) is not None:
        return False
    if not _SHORTEST_NAME <= len(bare) <= _LONGEST_NAME or bare.endswith(_STOPS) or "。" in bare:
        return False
    return known.patterns["no_name"].search(bare) is None


def is_title_of_one(ink: Ink, known: Words) -> bool:
    """Whether a text is a title that tells the name of one project."""
    return _of_title(ink.squashed.strip("*_#"), known) is not None


def prints_name(ink: Ink, known: Words) -> bool:
    """Whether a line is nothing but a name in quotation marks, or a title that tells one."""
    word = ink.squashed.strip("*_#")
    start, end = _bare(word)
    return _QUOTED.fullmatch(word, start, end) is not None or _of_title(word[start:end], known) is not None


def is_certain(ink: Ink, known: Words) -> bool:
    """Whether a line shows by its build that a name begins it: a number, quotation marks, the words of a title."""
    word = ink.squashed.strip("*_#")
    return _NUMBERED.match(word) is not None or _QUOTED.match(word) is not None or is_title_of_one(ink, known)


def body_in(ink: Ink, terms: Terms) -> MappedText | None:
    """The name of a body, where a line is nothing else: the projects below it are its own.

    >>> from extractor.layouts import terms
    >>> from extractor.chunk.ink import Ink
    >>> body_in(Ink(0, 8, "二、青木县水利局", "二、青木县水利局", 0, None), terms()).text
    '青木县水利局'
    """
    start, end = _bare(ink.squashed)
    word = ink.squashed[start:end]
    if not 4 <= len(word) <= _LONGEST_BODY or not word.endswith(terms.bodies) or re.search("[,。;:、]", word):
        return None
    view = Squashed(whole(ink))
    first, last = view.positions[start], view.positions[end - 1] + 1
    return MappedText(ink.text[first:last], range(ink.start + first, ink.start + last))
