"""A signed C2PA manifest, where the file carries one.

A hash or a signature that does not fit is a fact: the file was changed after it was signed, a DEFECT. One that fits
is a NOTE with who signed: whether to trust the signer is for people (``credentials`` says what is left out and why).
Without a manifest, or without the extra that reads it, the rule does not answer: most cameras do not sign yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.credentials import Manifest
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule


@rule("authenticity/c2pa", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    read = {key: found for key, found in seen.credentials.items() if found.state is not Manifest.UNREAD}
    if not read:
        raise CannotJudge("needs headwater[c2pa] to read the manifest" if seen.credentials else "no C2PA manifest")
    for key, found in read.items():
        who = f"signed by {found.signer or 'nobody named'} with {found.generator or 'an unnamed program'}"
        if found.state is Manifest.BROKEN:
            yield Draft(
                Severity.DEFECT,
                "The file was changed after it was signed.",
                ", ".join(found.problems[:3]),
                "expected every hash and signature to fit",
                (seen.span(0, seen.episode.length),),
                key,
                "The signature vouches for another recording.",
                "Submit the file as the camera signed it.",
            )
        else:
            yield Draft(
                Severity.NOTE, "The file carries a C2PA manifest that fits.", who, "trust is not judged", (), key
            )
