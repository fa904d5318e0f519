"""The built-in second reader: a small network that tags characters, with numpy alone.

It sees the text in reading order and nothing else: neither the rules' grammar nor their cells. It reads
a project's name, goal and indicators; amounts, department and unit are known from positions and
arithmetic, and are not its business.
"""

from extractor.tagger.reader import Tagger
from extractor.tagger.reading import TaggedDocument, TaggerReading
from extractor.tagger.weights import weights_digest

__all__ = ["TaggedDocument", "Tagger", "TaggerReading", "weights_digest"]
