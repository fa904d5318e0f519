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


class Counts(_Pinned):
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
    counts: Counts
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
            counts=Counts(**evaluation.counts),
            floors=Floors(
                overall=evaluation.score.f1,
                fields={name: score.f1 for name, score in sorted(evaluation.fields.items())},
                cases={case.name: case.score.f1 for case in evaluation.cases},
            ),
        )


def check(evaluation: Evaluation, baseline: Baseline) -> list[str]:
    """What the evaluation violates of the baseline, one line each; empty where the gate holds."""
    violations = []
    reached = Baseline.of(evaluation)
    if reached.corpus != baseline.corpus:
        violations.append("corpus: documents or labels have changed since the floors were pinned; re-pin with --pin")
    violations.extend(_drops(baseline, reached))
    for kind, old, new in _groups(baseline, reached):
        violations.extend(f"{kind} {name}: is not pinned; re-pin with --pin" for name in new if name not in old)
    return violations


def pin(evaluation: Evaluation, path: Path, allow_lower: bool = False) -> Baseline:
    """Write the floors that the evaluation reaches.

    UsageError lists every floor and count that would drop, unless `allow_lower`.
    """
    reached = Baseline.of(evaluation)
    if path.exists() and not allow_lower:
        drops = list(_drops(Baseline.load(path), reached))
        if drops:
            lines = "\n  ".join(drops)
            raise UsageError(f"{path}: not pinned, this would lower:\n  {lines}\nPass --allow-lower if it has to be")
    scratch = path.with_name(f"{path.name}.new")
    try:
        scratch.write_text(reached.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
        scratch.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: the baseline cannot be written ({error.strerror})") from error
    return reached


def _drops(old: Baseline, new: Baseline) -> Iterator[str]:
    """Every count and floor of `old` that `new` does not reach."""
    for name, count in old.counts:
        now = getattr(new.counts, name)
        if now < count:
            yield f"{name}: {now}, pinned are {count}"
    if new.floors.overall < old.floors.overall:
        yield f"overall: F1 {new.floors.overall} is under its floor {old.floors.overall}"
    for kind, floors, reached in _groups(old, new):
        for name, floor in floors.items():
            if name not in reached:
                yield f"{kind} {name}: pinned at {floor}, but not evaluated"
            elif reached[name] < floor:
                yield f"{kind} {name}: F1 {reached[name]} is under its floor {floor}"


def _groups(old: Baseline, new: Baseline) -> Iterator[tuple[str, Mapping[str, Decimal], Mapping[str, Decimal]]]:
    yield "field", old.floors.fields, new.floors.fields
    yield "case", old.floors.cases, new.floors.cases
