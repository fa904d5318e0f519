"""A document as the language model helps to understand it: by a layout learnt from it, or cut where it says."""

from __future__ import annotations

from typing import NamedTuple

from extractor.learn.infer import Learner, Learnt
from extractor.model import Asker
from extractor.pipeline import DIRECT, OpenDocument
from extractor.schemas.finding import said
from extractor.segment.segmenter import Segmented, segment
from extractor.settings import Settings


class Helper(NamedTuple):
    """Who asks for layouts, and who asks anything else."""

    learner: Learner
    asker: Asker


class Helped(NamedTuple):
    """What became of the question for a layout, and of that for the projects' beginnings, if there was one."""

    learnt: Learnt
    segmented: Segmented | None = None


async def understood(opened: OpenDocument, helper: Helper, settings: Settings) -> Helped:
    """The document cut as well as it can be with the model's help.

    Only a document of which nothing is read otherwise is cut where a model says.
    """
    learnt = await helper.learner.improve(opened)
    learning, chunks = learnt.learning, learnt.opened.chunks
    if learning is None or learnt.again or chunks.blocks or not (_fails(learnt) or learning.outcome == "unanswered"):
        return Helped(learnt)
    done = await segment(helper.asker, learnt.opened, settings.language)
    if DIRECT in done.opened.chunks.layouts:
        learning = learning.model_copy(update={"outcome": "segmented", "layout": DIRECT})
        return Helped(learnt._replace(opened=done.opened, learning=learning), done)
    reason = (learnt.reason or "", said("segments_refused", reason=done.reason or ""))
    return Helped(learnt._replace(opened=done.opened, again=done.again, reason=reason), done)


def _fails(learnt: Learnt) -> bool:
    """Whether the document prints projects, by the rules' signs or a model's word, and none could be told apart."""
    return not learnt.opened.chunks.understood


__all__ = ["Helped", "Helper", "understood"]
