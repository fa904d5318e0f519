"""What is published of two or three readings of one project, and what a person has to look at.

Policy. A reader's reading is evidence; the source decides.

1. Equal values (white space, width, punctuation variants and a trailing stop aside; amounts as
   numbers) are published in the rules' printed form. A value that neither reader's text search finds
   in the source is published, but flagged `ungrounded`.
2. Different values, or a value against a blank, are always flagged: `disagreement`, `only_rules` or
   `only_model`, with both texts and where they stand.
   - A value that the source does not print loses to one that it does.
   - Where both are printed, the rules' value is published if their reading as a whole explains the
     block (every value found, in order, no text left over, no text claimed twice, item numbers 1, 2,
     3 …) and the model's does not; else nothing is published: a person chooses.
   - A value against a blank is published if it is printed and the other reader left its text unread,
     or if it is the rules' and they prevail as above. So nobody fills a blank with another field's text.
   - Amounts: the rules prevail if their reading explains the block, whatever the model's does. Which
     column a number stands in they know from positions and printed totals; a model guesses.
3. Indicators are aligned first. One without a counterpart is one flag at its own path, and published
   by the same rule; its text must be no other indicator's. What is not published gets the next free
   index, so that a flag's path never points at another indicator.
4. `withheld` follows the source's own words where the readers differ.
5. Text that no published value and no value shown in a flag accounts for is flagged `unclaimed_text`.
   Text shown in a flag is not flagged twice.
A model's value is published as the source prints it, not as the model writes it (95％ stays 95％).
With one reader there is nothing to compare: points 1 (published, flagged where not found) and 5 stay.

A second reader may abstain: a field is not its business, or it is not sure. Where it has no vote the
rules' value is published as by one reader, was not read twice, and is told as abstained if it is its
business. (So are its own unsure values where it is the only reader.)

6. A value that it is not sure of is no vote, and is not published beside the rules' reading. That it
   has none is a vote only where it is sure of all text that the rules' value claims (where that claims
   none: of all text, borders aside). An indicator that it lacks is disputed where it is sure of most of
   the text of the number, name and values; its own one where it is sure of the name or of a value.
7. Whether it explains the block is asked of its business: text that the other reader's remaining
   values claim counts as explained. So it is not outvoted for what it was never asked.

Three readings: a language model's is compared with the rules' as above, and decides with them what is
published; a third one only votes, on texts and indicators. Two against one is still flagged, with what
two read as the suggestion.

8. On a value that is flagged already its text is noted in that flag, with the suggestion where it says
   what one of the two said. An indicator that one of the two lacks is suggested where it reads all of
   it alike.
9. Where the two agree and it differs, that is a `disagreement` with what the two read as the
   suggestion (none where that is a blank). One flag for each dispute.
10. Where it abstains nothing is noted. Without the rules' reading it has no say, and the language
    model's stands as the only one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.compare.findings import Reader, left_over, ungrounded, withheld_differs, withheld_overlooked
from extractor.compare.merge import Merged, merge
from extractor.compare.printed import as_printed
from extractor.compare.side import Comparison, Reading, Side, phrases_in, untouched
from extractor.compare.votes import votes, with_votes
from extractor.ground.paths import leaves
from extractor.schemas.finding import Finding
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import Span
from extractor.text import Squashed

__all__ = ["Comparison", "Reading", "compare"]


def compare(
    rules: Reading | None,
    model: Reading | None,
    view: Squashed,
    structure: re.Pattern[str],
    withheld: re.Pattern[str],
    third: Reading | None = None,
) -> Comparison:
    """Compare the readings of one block, or check the only one.

    `third` is the built-in reader's where `model` is a language model's; without that one it is the second.
    `structure` matches what the layout prints around values, `withheld` its phrases for 不宜公开.

    >>> from extractor.ground import ground
    >>> from extractor.schemas.document import BlockContext, MappedText
    >>> from extractor.schemas.project import Amounts
    >>> view = Squashed(MappedText("购置经费 80.00 目标：95%", range(17)))
    >>> context = BlockContext("", None, None, None, None, (), Amounts())
    >>> def read(goal): return ProjectReading(name="购置经费", amounts=Amounts(total="80.00"), goal=goal)
    >>> def grounded(reading): return Reading(reading, ground(reading, view, context))
    >>> structure, phrases = re.compile("目标"), re.compile("不宜公开")
    >>> found = compare(grounded(read("95%")), grounded(read("96%")), view, structure, phrases)
    >>> [(flag.code.value, flag.path, flag.rules, flag.model) for flag in found.findings], found.project.goal
    ([('disagreement', 'goal', '95%', '96%')], '95%')
    """
    if model is None:
        model, third = third, None
    if rules is not None and model is not None:
        found = _two_readers(rules, model, third, view, structure, phrases_in(view, withheld))
    elif rules is not None:
        found = _one_reader(rules, "rules", view, structure, withheld)
    elif model is not None:
        found = _one_reader(model, "model", view, structure, withheld)
    else:
        return Comparison(ProjectReading(), {}, (), frozenset(), 0)
    merged, findings = found
    return Comparison(merged.project, merged.spans, tuple(findings), merged.read_twice, merged.fields, merged.abstained)


def _two_readers(
    rules: Reading,
    model: Reading,
    third: Reading | None,
    view: Squashed,
    structure: re.Pattern[str],
    phrases: list[Span],
) -> tuple[Merged, list[Finding]]:
    """What is published of two readings, and all that there is to say of it."""
    left = Side(rules, view, structure, phrases)
    right = Side(model, view, structure, phrases, beside=left)
    voter = Side(third, view, structure, phrases, beside=left) if third else None
    merged = merge(left, right, phrases)
    has_say = voter is not None and not (voter.repeats(rules.reading) and model.reading == rules.reading)
    cast = votes(left, right, voter, merged.pairs) if voter and has_say else []
    claims = [*rules.grounding.claims(), *merged.claims, *(span for vote in cast for span in vote.claims)]
    if merged.project.withheld or rules.reading.withheld or model.reading.withheld:
        claims += untouched(phrases, claims)
    findings = [*with_votes(merged.findings, cast), *_on_withheld(left, right, phrases)]
    findings += left_over(view, claims, structure)
    return replace(merged, read_twice=merged.read_twice.union(*(vote.read_twice for vote in cast))), findings


def _on_withheld(rules: Side, model: Side, phrases: Sequence[Span]) -> Iterator[Finding]:
    own, other, reads = rules.reading.withheld, model.reading.withheld, model.reads("withheld")
    if own != other and reads:
        yield withheld_differs(own, other, (rules.view.source_span(*phrase) for phrase in phrases))
    elif own and not phrases:
        yield ungrounded("both" if reads else "rules", "true", "withheld")


def _one_reader(
    only: Reading, reader: Reader, view: Squashed, structure: re.Pattern[str], withheld: re.Pattern[str]
) -> tuple[Merged, list[Finding]]:
    reading, grounding = only.reading, only.grounding
    values = dict(leaves(reading)) if grounding.ungrounded else {}
    findings = [ungrounded(reader, str(values[path]), path) for path in grounding.ungrounded]
    claims = grounding.claims()
    if reading.withheld:
        phrases = phrases_in(view, withheld)
        claims += untouched(phrases, claims)
        if not phrases:
            findings.append(ungrounded(reader, "true", "withheld"))
    elif reader == "model" and withheld.search(view.text):
        # The rules go by these phrases themselves; nobody has looked at what a model made of them.
        findings.append(withheld_overlooked())
    findings += left_over(view, claims, structure)
    published = as_printed(reading, grounding, view) if reader == "model" else reading
    return Merged(published, (), grounding.source, fields=grounding.fields, abstained=tuple(only.unsure())), findings
