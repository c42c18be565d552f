"""The time code a recording says it shows (``time_code``): provably filmed after one block, anchored before another.

Three facts are DEFECTs: the symbol in the picture is another block's or person's (it carries its own error correction,
so it is never misread as a valid other one); the contribution is signed by somebody else than the code is made for; the
chain has another hash at that height. None that can be read within a second of the stated time, a block the chain does
not have, or a statement that makes no sense, is a RISK. The right one is a NOTE that names the block and says whether
the chain was asked. Recordings that state nothing are not judged.
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
        return
    severity, message, observed, expected = _found(code)
    at = int(code.at_ms * seen.fps / 1000)
    yield Draft(severity, message, observed, expected, (seen.span(at, at + 1),), code.camera, IMPACT, FIX)


def _found(code: TimeCode) -> tuple[Severity, str, str, str]:
    """Severity, message, observed, expected."""
    expected, stated = f"expected {code.expected}", f"0x{code.block_hash.hex()}"
    block = f"block {code.block} of chain {code.chain_id}"
    if code.signed_by and code.signed_by != code.contributor:
        who, signer = f"0x{code.contributor.hex()}", f"0x{code.signed_by.hex()}"
        return Severity.DEFECT, "The time code is made for somebody else.", who, signer
    if code.on_chain and code.on_chain != code.block_hash:
        return Severity.DEFECT, f"{block[0].upper()}{block[1:]} has another hash.", stated, f"0x{code.on_chain.hex()}"
    if code.on_chain == b"":
        return Severity.RISK, f"The chain has no {block}.", stated, "a block that exists"
    if code.expected not in code.shown:
        if code.shown:
            return Severity.DEFECT, "The picture shows another code than stated.", code.shown[0], expected
        return Severity.RISK, "The stated time code cannot be seen.", "no code", expected
    asked = "the chain confirms it" if code.on_chain else "the chain was not asked"
    return (
        Severity.NOTE,
        "The picture shows the code of the stated block.",
        f"{block}, hash {stated}; {asked}",
        expected,
    )
