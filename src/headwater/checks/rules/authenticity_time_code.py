"""The time code a recording says it shows (``time_code``): provably filmed after one block, anchored before another.

Another code than the stated block's is a DEFECT: the symbol carries its own error correction, so it is never misread
as a valid other one. None that can be read within a second of the stated time, or a statement that makes no sense,
is a RISK. The right one is a NOTE that names the block, for whoever can ask the chain. Recordings that state nothing
are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.time_code import FILE, TimeCode

IMPACT = "Nothing shows that the recording is as new as it says."
FIX = "Show the code of a recent block to the camera and state that block."


@rule("authenticity/time-code", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    code = seen.time_code
    if code is None:
        raise CannotJudge("no time code is stated")
    if code.problem:
        yield Draft(Severity.RISK, f"{FILE} {code.problem}.", code.problem, "a statement", impact=IMPACT, fix=FIX)
    elif code.expected in code.shown:
        block = f"block {code.block} of chain {code.chain_id}, hash 0x{code.block_hash.hex()}"
        yield _draft(seen, code, Severity.NOTE, "The picture shows the code of the stated block.", block)
    elif code.shown:
        yield _draft(seen, code, Severity.DEFECT, "The picture shows another code than stated.", code.shown[0])
    else:
        yield _draft(seen, code, Severity.RISK, "The stated time code cannot be seen.", "no code")


def _draft(seen: Observed, code: TimeCode, severity: Severity, message: str, observed: str) -> Draft:
    at = int(code.at_ms * seen.fps / 1000)
    span = (seen.span(at, at + 1),)
    return Draft(severity, message, observed, f"expected {code.expected}", span, code.camera, IMPACT, FIX)
