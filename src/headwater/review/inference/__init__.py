"""Truth inference: from what several people answered to one answer an item (spec/inference.md). Pure.

Answers are classes, regions (boxes of a picture, spans of a time axis) or texts. Every method is a function
``Answers -> Consensus`` (``ports.Method``): ours, and whatever ours is compared with.
"""

from headwater.review.inference.classes import RuleOfClasses, best, majority, posterior, sums
from headwater.review.inference.errors import InferenceError
from headwater.review.inference.models import Agreed, Answer, Answers, Consensus, Region, box, span
from headwater.review.inference.ports import Method
from headwater.review.inference.records import ADJUDICATED, GOLD, Record, Records
from headwater.review.inference.regions import Objects, RuleOfRegions, clusters, found_and_false, iou
from headwater.review.inference.stopping import Doubts, Paced, doubt, enough
from headwater.review.inference.texts import RuleOfTexts, edits, plain

__all__ = [
    "ADJUDICATED",
    "GOLD",
    "Agreed",
    "Answer",
    "Answers",
    "Consensus",
    "Doubts",
    "InferenceError",
    "Method",
    "Objects",
    "Paced",
    "Record",
    "Records",
    "Region",
    "RuleOfClasses",
    "RuleOfRegions",
    "RuleOfTexts",
    "best",
    "box",
    "clusters",
    "doubt",
    "edits",
    "enough",
    "found_and_false",
    "iou",
    "majority",
    "plain",
    "posterior",
    "span",
    "sums",
]
