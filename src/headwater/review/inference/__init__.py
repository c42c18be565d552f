"""Truth inference: from what several people answered to one answer an item (spec/review.md section 8). Pure.

Answers are classes, regions (boxes of a picture, spans of a time axis) or texts. Every method is a function
``Answers -> Consensus`` (``ports.Method``): ours, and whatever ours is compared with.
"""

from headwater.review.inference.classes import RuleOfClasses, majority, posterior
from headwater.review.inference.errors import InferenceError
from headwater.review.inference.models import Agreed, Answer, Answers, Consensus, Region, box, span
from headwater.review.inference.ports import Method
from headwater.review.inference.records import ADJUDICATED, GOLD, Record, Records
from headwater.review.inference.regions import Objects, RuleOfRegions, clusters, found_and_false, iou
from headwater.review.inference.stopping import enough, next_item
from headwater.review.inference.texts import RuleOfTexts, edits, plain

__all__ = [
    "ADJUDICATED",
    "GOLD",
    "Agreed",
    "Answer",
    "Answers",
    "Consensus",
    "InferenceError",
    "Method",
    "Objects",
    "Record",
    "Records",
    "Region",
    "RuleOfClasses",
    "RuleOfRegions",
    "RuleOfTexts",
    "box",
    "clusters",
    "edits",
    "enough",
    "found_and_false",
    "iou",
    "majority",
    "next_item",
    "plain",
    "posterior",
    "span",
]
