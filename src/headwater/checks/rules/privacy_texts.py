"""Text that may name somebody: plates, screens, documents, badges.

A line counts if five letters or digits were read, two of them digits (plates have two to four; so do numbers on cards
and letters); and a frame counts if twenty were read in all of it (a page, a screen). A brand name on a packet is
neither. PP-OCRv4 at .7 (``privacy/texts.py``), once a second: what can be
read stays in view longer than a face that passes, and looking for it costs twice as much.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.exposed import texts_step
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.places import boxes_of, demand_seen, spans_of
from headwater.checks.registry import Draft, Need, rule
from headwater.privacy import Seen, Sight, Sighting

LINE_LETTERS, LINE_DIGITS, PAGE_LETTERS = 5, 2, 20


@rule("privacy/texts", version=1, needs=(Need.DETECTORS, Need.VIDEO))
def check(seen: Observed) -> Iterator[Draft]:
    found = False
    for key, looked in seen.exposed.seen.items():
        showing = [(one.frame, telling(one)) for one in looked if telling(one)]
        if showing:
            found = True
            most = max(sum(text.letters for text in texts) for _, texts in showing)
            yield Draft(
                Severity.NOTE,
                "Text can be read that may name somebody.",
                f"up to {most} characters, in {len(showing)} of {sum(one.texts for one in looked)} sampled frames",
                f"expected no line of {LINE_LETTERS} with {LINE_DIGITS} digits and no page of {PAGE_LETTERS}",
                spans_of(seen, [frame for frame, _ in showing], texts_step(seen.fps)),
                key,
                "Plates, screens and papers say whose they are.",
                "Run 'headwater redact', or give consent with --shows texts.",
                boxes_of(showing),
            )
    if not found:
        demand_seen(seen)


def telling(one: Seen) -> tuple[Sighting, ...]:
    """The texts of a frame that may name somebody."""
    texts = one.of(Sight.TEXT)
    if sum(text.letters for text in texts) >= PAGE_LETTERS:
        return texts
    return tuple(text for text in texts if text.letters >= LINE_LETTERS and text.digits >= LINE_DIGITS)
