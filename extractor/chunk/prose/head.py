"""The head of a project told in sections: the lines above its first heading that say its name and whose it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.chunk.ink import Ink, piece, whole
from extractor.chunk.prose.headings import HAN, Words
from extractor.chunk.prose.told import Told, stripped
from extractor.layouts import Terms
from extractor.schemas.document import MappedText
from extractor.text import fold, squash

_LONGEST_NAME = 60
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
_QUOTED = re.compile(r'"(?P<name>[^"]{2,60})"\s*(?:专项|支出)?(?:项目)?')
_BRACKETS = re.compile(r"\([^()]*\)")
_GAP = re.compile(r"(?<=\S)(?:\s{2,}|\t|\u3000)(?=[^:]{2,12}:)")
_DECORATION = " \t\u3000*_#"
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


def read_head(told: Told, taken: Sequence[Ink], terms: Terms, known: Words) -> None:
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
    told.titles = [ink for ink in taken if _of_title(ink.folded, known) is not None]


def named(line: MappedText, known: Words) -> MappedText:
    """The name that a line prints: 1.“X”项目。, 关于X的情况说明, 项目一：X.

    >>> from extractor.chunk.prose.headings import words
    >>> from extractor.layouts import terms
    >>> read = lambda text: named(MappedText(text, range(len(text))), words(terms())).text
    >>> read("1.“夜市管护经费”项目。"), read("关于苗圃扩建的情况说明"), read("“书香”推广项目经费情况说明")
    ('夜市管护经费', '苗圃扩建', '“书香”推广项目')
    """
    text = _cut(line, 0, len(line.text))
    folded = fold(text.text)
    if match := _NUMBERED.match(folded):
        text = _cut(text, match.end(), len(text.text))
        folded = fold(text.text)
    end = len(folded.rstrip().rstrip("。:;"))
    text, folded = _cut(text, 0, end), folded[:end]
    if quoted := _QUOTED.fullmatch(folded.strip()):
        shift = len(folded) - len(folded.lstrip())
        return _piece(text, shift + quoted.start("name"), shift + quoted.end("name"))
    if (title := _of_title(folded, known)) is not None:
        return _piece(text, *title)
    return text


def _cut(text: MappedText, start: int, end: int) -> MappedText:
    """A piece without the blanks and the emphasis of a converter around it."""
    while start < end and text.text[start] in _DECORATION:
        start += 1
    while start < end and text.text[end - 1] in _DECORATION:
        end -= 1
    return _piece(text, start, end)


def _piece(text: MappedText, start: int, end: int) -> MappedText:
    return MappedText(text.text[start:end], text.offsets[start:end])


def _of_title(folded: str, known: Words) -> tuple[int, int] | None:
    """Where a title (X经费情况说明) prints a project's name; None for a line that is no such title, or names none."""
    match = known.patterns["title"].fullmatch(folded)
    if match is None:
        return None
    start, end = match.span("name")
    if tail := known.patterns["title_tail"].search(folded, start, end):
        end = tail.start()
    if folded[start:end].endswith("工程项目") and end < match.end("name"):
        end -= len("项目")
    name = _YEAR.sub("", squash(folded[start:end]))
    return None if not name or known.patterns["no_project"].search(name) else (start, end)


def labelled(ink: Ink, terms: Terms) -> tuple[str, MappedText] | None:
    """Field and value of a line like 项目单位：云溪市图书馆; None for any other line."""
    at = ink.folded.find(":", 0, _LONGEST_LABEL)
    label = _BRACKETS.sub("", _NUMBERING.sub("", squash(ink.text[: max(at, 0)]).strip("*_#"), count=1))
    column = "name" if _NUMBERED.fullmatch(f"{label}:") else terms.columns.get(label) or terms.header_labels.get(label)
    if column not in {"name", "unit", "department"}:
        return None
    begin = 0 if label not in terms.columns and column == "name" else at + 1
    gap = _GAP.search(ink.folded, at + 1)
    value = stripped(piece(ink, begin, gap.start() if gap else len(ink.text)))
    return (column, value) if value.text else None


def is_name(ink: Ink, known: Words) -> bool:
    """Whether a line may be a project's name: short, no sentence, and no title of something else."""
    word = ink.squashed.strip("*_#")
    numbered = _NUMBERED.match(word)
    bare = word[numbered.end() :] if numbered else word
    if _QUOTED.fullmatch(bare.rstrip("。:;")) or _of_title(bare, known) is not None:
        return True
    if numbered:
        bare = bare.rstrip("。:")
    if not bare or len(bare) > _LONGEST_NAME or bare.endswith(_STOPS) or "。" in bare:
        return False
    return known.patterns["no_name"].search(bare) is None


def is_certain(ink: Ink, known: Words) -> bool:
    """Whether a line shows by its build that a name begins it: a number, quotation marks, the words of a title."""
    word = ink.squashed.strip("*_#")
    return _NUMBERED.match(word) is not None or _QUOTED.match(word) is not None or _of_title(word, known) is not None
