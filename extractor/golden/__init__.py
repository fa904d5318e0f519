"""How well the readers do on labelled documents, and the floors that they may not fall under.

`discover` finds the cases, `evaluate` compares an extraction with their labels, `check` and `pin` hold
the result against golden/baseline.json, `render`, `difference_lines` and `to_json` show it.
"""

from extractor.golden.baseline import Baseline, check, pin
from extractor.golden.cases import Case, Label, corpus_hash, discover
from extractor.golden.report import difference_lines, render, to_json
from extractor.golden.results import CaseResult, Difference, Evaluation, Score
from extractor.golden.scoring import Read, evaluate

__all__ = [
    "Baseline",
    "Case",
    "CaseResult",
    "Difference",
    "Evaluation",
    "Label",
    "Read",
    "Score",
    "check",
    "corpus_hash",
    "difference_lines",
    "discover",
    "evaluate",
    "pin",
    "render",
    "to_json",
]
