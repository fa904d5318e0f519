"""Which rows count: the last one for each key; and what of them lies on a question of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from extractor.decisions.entries import Entry, Step
from extractor.decisions.keys import Key, Question
from extractor.schemas.decision import Decision, DecisionKind


@dataclass(frozen=True, slots=True)
class Head:
    """What counts for one key: `entry`, confirmed by `second` where a second person has checked it.

    `is_disputed`: two people decided differently, neither knowing of the other; nothing is applied.
    """

    entry: Entry
    second: Entry | None = None
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A head that lies on a question; `holds` where the question and its evidence are the very same."""

    head: Head
    holds: bool


@dataclass(slots=True)
class Heads:
    """The heads of a ledger by their keys, and by what stays where a document was issued anew."""

    by_key: dict[str, Head] = field(default_factory=dict)
    by_place: dict[tuple[object, ...], list[Head]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[str, Entry] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Heads:
        """What counts of all rows, in the order in which they were added."""
        chains: dict[str, list[Entry]] = defaultdict(list)
        heads = cls()
        for entry in entries:
            chains[entry.key.id].append(entry)
            heads.by_id[entry.id] = entry
        for key, chain in chains.items():
            head = _head(chain)
            if head is not None:
                heads.by_key[key] = head
                for place in _places(head.entry.key, head.entry.shown.project):
                    heads.by_place[place].append(head)
        heads.documents = frozenset(head.entry.key.document for head in heads.by_key.values())
        return heads

    def __bool__(self) -> bool:
        return bool(self.by_key)

    def on(self, question: Question, project: str | None, present: frozenset[str] | None = None) -> Found | None:
        """The head that lies on a question.

        The very question, or else one that a document asked which is gone (not `present`), in the same block or the
        same project, or that the same document asked of the same value before it was cut otherwise: a suggestion.
        """
        head = self.by_key.get(question.key.id)
        if head is not None:
            return Found(head, head.entry.evidence == question.evidence and not head.is_disputed)
        for place in _places(question.key, project or ""):
            alike = [head for head in self.by_place.get(place, ()) if _may_be_meant(head, question.key, present)]
            if len(alike) == 1:
                return Found(alike[0], False)
        return None


def _may_be_meant(head: Head, key: Key, present: frozenset[str] | None) -> bool:
    """Whether a head of another key may be about the same thing: its own document is gone, or is this one."""
    document = head.entry.key.document
    return document == key.document or present is None or document not in present


def _places(key: Key, project: str) -> list[tuple[object, ...]]:
    """By the same text; by the same project; of a document as a whole, by that document."""
    if not key.block:
        return [("document", key.document, *key.place)]
    named = [("project", project, *key.place)] if project else []
    return [("block", key.block, *key.place), *named]


def _head(chain: Sequence[Entry]) -> Head | None:
    """What counts of the rows of one key; None where nothing is decided (any more)."""
    undone = {entry.supersedes for entry in chain if entry.kind == Step.UNDO}
    replaced = {entry.supersedes for entry in chain if entry.kind not in {Step.UNDO, Step.CONFIRM}}
    confirms = {entry.supersedes: entry for entry in chain if entry.kind == Step.CONFIRM and entry.id not in undone}
    standing = [
        entry
        for entry in chain
        if isinstance(entry.kind, DecisionKind) and entry.id not in undone and entry.id not in replaced
    ]
    if not standing:
        return None
    last = standing[-1]
    is_disputed = any(not entry.says_what(last) for entry in standing)
    return Head(last, confirms.get(last.id), is_disputed)


def decision_of(found: Found, before: str | None, after: str | None, in_source: bool | None) -> Decision:
    """The decision as it is published; `before` and `after` are what it makes of today's value."""
    head, entry = found.head, found.head.entry
    kind = DecisionKind(entry.kind)
    if not found.holds:
        state = "stale"
    elif kind == DecisionKind.UNSURE:
        state = "unsure"
    else:
        state = "confirmed" if head.second else "decided"
    return Decision(
        id=entry.id,
        kind=kind,
        state=state,
        before=before,
        after=after,
        in_source=in_source,
        note=entry.note,
        who=entry.who,
        when=entry.when,
        confirmed_by=head.second.who if head.second and found.holds else None,
    )


def orphans(heads: Heads, met: Mapping[str, object]) -> list[Head]:
    """Heads that lie on no question of a run; `met` has the ids of those that do."""
    return [head for head in heads.by_key.values() if head.entry.id not in met]


__all__ = ["Found", "Head", "Heads", "decision_of", "orphans"]
