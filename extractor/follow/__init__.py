"""Projects followed over years and districts: proposals with a score and reasons; nothing is merged.

    known_of(record, aliases)   what following needs to know of a record: `Known`, a small frozen dataclass
    pair(old, new)              projects of two lists (two runs, two years) one to one, and those without a partner
    follow(known)               projects over all years of all runs, and equal names in other districts

`pair` is all that a comparison of two runs needs: each `Pair` holds both projects, `score` (0 to 1) and `why`.
"""

from __future__ import annotations

from extractor.follow.known import Known, known_of
from extractor.follow.pairing import MIN_SCORE, Pair, Pairing, pair
from extractor.follow.score import Reason
from extractor.follow.series import Following, dated, follow

__all__ = ["MIN_SCORE", "Following", "Known", "Pair", "Pairing", "Reason", "dated", "follow", "known_of", "pair"]
