"""The pinned floors: what was reached once may not be lost unnoticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.errors import OutputError, UsageError
from extractor.golden.results import Evaluation

Floor = Annotated[Decimal, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class _Pinned(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PinnedCounts(_Pinned):
    """How much was labelled when the floors were pinned."""

    cases: Count
    projects: Count
    indicators: Count
    fields: Count


class Floors(_Pinned):
    """The lowest F1 allowed: over everything, of each field, of each case."""

    overall: Floor
    fields: dict[str, Floor]
    cases: dict[str, Floor]


class Baseline(_Pinned):
    """golden/baseline.json; `corpus` is the hash of the documents and labels it was measured on."""

    corpus: str
    counts: PinnedCounts
    floors: Floors

    @classmethod
    def load(cls, path: Path) -> Self:
        """The pinned baseline; UsageError where there is none or it is malformed."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise UsageError(f"{path}: nothing is pinned yet; run `extractor evaluate {path.parent} --pin`") from None
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, problem["loc"])) or "the file"
            raise UsageError(f"{path}: not a valid baseline: {place}: {problem['msg']}") from None

    @classmethod
    def of(cls, evaluation: Evaluation) -> Self:
        """The floors that an evaluation reaches."""
        return cls(
            corpus=evaluation.corpus,
            counts=PinnedCounts(**evaluation.counts),
            floors=Floors(
                overall=evaluation.score.f1,
                fields={name: score.f1 for name, score in sorted(evaluation.fields.items())},
                cases={case.name: case.score.f1 for case in evaluation.cases},
            ),
        )


def check(evaluation: Evaluation, baseline: Baseline, *, complete: bool = False) -> list[str]:
    """What the evaluation violates of the baseline, one line each; empty where the gate holds.

    Cases that were left out keep their floors unchecked, unless `complete`: then each of them is a violation.
    """
    violations = [f"case {case.name}: not evaluated: {case.failure}" for case in evaluation.left_out if complete]
    reached = Baseline.of(evaluation)
    if reached.corpus != baseline.corpus:
        violations.append("corpus: documents or labels have changed since the floors were pinned; re-pin with --pin")
    violations.extend(_drops(baseline, reached, evaluation))
    for kind, old, new in _groups(baseline, reached):
        violations.extend(f"{kind} {name}: is not pinned; re-pin with --pin" for name in new if name not in old)
    return violations


def pin(evaluation: Evaluation, path: Path, allow_lower: bool = False) -> Baseline:
    """Write the floors that the evaluation reaches; cases that were left out keep theirs.

    UsageError lists every floor and count that would drop, unless `allow_lower`, and every case without a floor that
    was left out.
    """
    reached = Baseline.of(evaluation)
    old = Baseline.load(path) if path.exists() else None
    if old is not None and not allow_lower:
        drops = list(_drops(old, reached, evaluation))
        if drops:
            lines = "\n  ".join(drops)
            raise UsageError(f"{path}: not pinned, this would lower:\n  {lines}\nPass --allow-lower if it has to be")
    if evaluation.left_out:
        reached = _with_floors_of(reached, old, evaluation)
    scratch = path.with_name(f"{path.name}.new")
    try:
        scratch.write_text(reached.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
        scratch.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: the baseline cannot be written ({error.strerror})") from error
    return reached


def _with_floors_of(reached: Baseline, old: Baseline | None, evaluation: Evaluation) -> Baseline:
    """The floors of what was left out as they were: of its cases, and of fields that no other case prints."""
    floors = old.floors if old is not None else Floors(overall=Decimal(0), fields={}, cases={})
    for case in evaluation.left_out:
        if case.name not in floors.cases:
            raise UsageError(f"case {case.name} has no floor yet, and {case.failure}; install it, then pin")
    cases = reached.floors.cases | {case.name: floors.cases[case.name] for case in evaluation.left_out}
    merged = Floors(
        overall=reached.floors.overall,
        fields=dict(sorted((floors.fields | reached.floors.fields).items())),
        cases=dict(sorted(cases.items())),
    )
    return reached.model_copy(update={"floors": merged})


def _drops(old: Baseline, new: Baseline, evaluation: Evaluation) -> Iterator[str]:
    """Every count and floor of `old` that `new` does not reach; of what was left out nothing is said."""
    left_out = {case.name for case in evaluation.left_out}
    for name, count in old.counts:
        now = getattr(new.counts, name)
        if now < count:
            yield f"{name}: {now}, pinned are {count}"
    if new.floors.overall < old.floors.overall:
        yield f"overall: F1 {new.floors.overall} is under its floor {old.floors.overall}"
    for kind, floors, reached in _groups(old, new):
        for name, floor in floors.items():
            if name not in reached:
                if name in left_out or (left_out and kind == "field"):
                    continue
                yield f"{kind} {name}: pinned at {floor}, but not evaluated"
            elif reached[name] < floor:
                yield f"{kind} {name}: F1 {reached[name]} is under its floor {floor}"


def _groups(old: Baseline, new: Baseline) -> Iterator[tuple[str, Mapping[str, Decimal], Mapping[str, Decimal]]]:
    yield "field", old.floors.fields, new.floors.fields
    yield "case", old.floors.cases, new.floors.cases
