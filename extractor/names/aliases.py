"""A table of names that a person knows to be the same: TOML, one [[alias]] for each body.

[[alias]]
key = "番禺区政府办公室"
names = ["政府办公室", "区政府办"]
field = "unit"           # department, unit or name (of a project); departments and units where it is left out
division = "440113"      # only for names in that division; everywhere where it is left out
note = "2024年起改用简称"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Option

from extractor.errors import UsageError
from extractor.names.divisions import name_of
from extractor.names.keys import Field, Key, key

_HEAD = re.compile(r"^\s*\[\[\s*alias\s*\]\]", re.MULTILINE)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Option(min_length=1)
    names: tuple[str, ...] = Option(min_length=1)
    field: Field | None = None
    division: str | None = Option(None, pattern=r"^\d{6}$")
    note: str | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        return (self.field,) if self.field else ("department", "unit")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    alias: tuple[_Entry, ...] = ()


class _Target(NamedTuple):
    text: str
    rule: str
    where: str


_Slot = tuple[Field, str, str | None]


class Aliases:
    """Keys that take the place of others; built by `load_aliases`.

    >>> Aliases().key("unit", "番禺区民政局（本级）")
    Key(text='番禺区民政局', rules=('width', 'unit-itself'))
    """

    def __init__(self, targets: dict[_Slot, _Target] | None = None) -> None:
        self._targets = targets or {}

    @property
    def digest(self) -> str:
        """What decides which keys there are, in one text."""
        targets = ((field, name, place or "", target.text) for (field, name, place), target in self._targets.items())
        return repr(sorted(targets))

    def key(self, field: Field, printed: str | None, division: str | None = None) -> Key | None:
        """The key of a printed name, with the alias table applied; `division` is the code of its place."""
        found = key(field, printed)
        if found is None or not self._targets:
            return found
        for place in (division, None) if division else (None,):
            if target := self._targets.get((field, found.text, place)):
                return Key(target.text, (*found.rules, target.rule))
        return found


def load_aliases(paths: Sequence[Path]) -> Aliases:
    """The alias tables together; UsageError names the file, the line and the entry that is wrong.

    Two entries that give one name different keys are refused, and so is a name that leads on to another entry's key:
    which body is meant has to be said once.
    """
    return _load(tuple((path, _stamp(path)) for path in paths))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError as error:
        raise UsageError(f"{path}: the alias table cannot be read ({error.strerror})") from None
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=8)
def _load(paths: tuple[tuple[Path, tuple[int, int]], ...]) -> Aliases:
    targets: dict[_Slot, _Target] = {}
    keys: dict[_Slot, str] = {}
    for path, _ in paths:
        text, entries = _read(path)
        for position, entry in enumerate(entries):
            where = f"{path}{_line(text, position, len(entries))}, entry {position + 1}"
            _add(targets, keys, entry, where, f"alias:{path.name}#{position + 1}")
    for slot, target in targets.items():
        _check_end(slot, target, targets, keys)
    return Aliases(targets)


def _add(targets: dict[_Slot, _Target], keys: dict[_Slot, str], entry: _Entry, where: str, rule: str) -> None:
    if entry.division is not None and not name_of(entry.division):
        raise UsageError(f"{where}: no division has the code {entry.division}")
    for field in entry.fields:
        wanted = key(field, entry.key)
        if wanted is None:
            raise UsageError(f"{where}: the key {entry.key!r} is blank")
        keys.setdefault((field, wanted.text, entry.division), where)
        for name in entry.names:
            found = key(field, name)
            if found is None:
                raise UsageError(f"{where}: the name {name!r} is blank")
            if found.text == wanted.text:
                continue  # the rules alone see to it
            slot = (field, found.text, entry.division)
            known = targets.setdefault(slot, _Target(wanted.text, rule, where))
            if known.text != wanted.text:
                raise UsageError(
                    f"{where}: {name!r} is to be {wanted.text!r} here, but {known.text!r} in {known.where}; keep one"
                )


def _check_end(slot: _Slot, target: _Target, targets: dict[_Slot, _Target], keys: dict[_Slot, str]) -> None:
    """Refuse a key that is itself given another key: chains and cycles."""
    field, name, division = slot
    for place in {division, None} | {place for _, _, place in targets if division is None}:
        onward = targets.get((field, target.text, place))
        if onward is not None:
            kind = "a cycle" if onward.text == name else "a chain"
            raise UsageError(
                f"{target.where}: {name!r} is to be {target.text!r}, which {onward.where} makes {onward.text!r} "
                f"({kind}); give every name its last key"
            )


def _read(path: Path) -> tuple[str, tuple[_Entry, ...]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, _File(**tomllib.loads(text)).alias
    except OSError as error:
        raise UsageError(f"{path}: the alias table cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a valid TOML file: {error}") from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise UsageError(f"{path}: not a valid alias table: {'; '.join(_problems(text, problems))}") from None


def _problems(text: str, problems: Iterable[object]) -> Iterable[str]:
    for problem in problems:
        assert isinstance(problem, dict)
        loc = list(problem["loc"])
        if loc[:1] == ["alias"] and len(loc) > 1 and isinstance(loc[1], int):
            where = f"entry {loc[1] + 1}{_line(text, loc[1])}" + "".join(f", {part}" for part in loc[2:])
        else:
            where = ".".join(map(str, loc))
        yield f"{where}: {problem['msg']}"


def _line(text: str, position: int, entries: int | None = None) -> str:
    """The line that an entry begins on; nothing where the file's own text makes that unsure."""
    heads = [found.start() for found in _HEAD.finditer(text)]
    if position >= len(heads) or (entries is not None and len(heads) != entries):
        return ""
    # The match may begin on blank lines above the heading.
    start = text.index("[", heads[position])
    return f", line {text.count(chr(10), 0, start) + 1}"
