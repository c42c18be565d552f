"""The one face of every way to find out what is true."""

from __future__ import annotations

from typing import Protocol, TypeVar

from headwater.review.inference.models import Answers, Consensus

V = TypeVar("V")


class Method(Protocol[V]):
    """Truth inference.

    The order of ``answers.given`` changes nothing, and every item with an answer is in the consensus. A method that
    wants randomness takes a seed when it is made.
    """

    def __call__(self, answers: Answers[V]) -> Consensus[V]: ...
