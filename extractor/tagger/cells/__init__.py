"""The built-in reader of cells: a small network over the grid of a table, with numpy alone.

It sees cells where they stand, with the places that they cover, and says of each how likely it holds what: a project's
name, this year's money, money that was spent, a goal, what was achieved … It makes no reading of its own; it has a say
on the reading of others (`votes`), and sees where projects begin.
"""

from extractor.tagger.cells.reader import network, see
from extractor.tagger.cells.seen import Seen
from extractor.tagger.cells.votes import Vote, votes
from extractor.tagger.cells.weights import weights_digest

__all__ = ["Seen", "Vote", "network", "see", "votes", "weights_digest"]
