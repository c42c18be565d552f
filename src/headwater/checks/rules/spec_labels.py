"""A sheet of labels against the campaign: kind, categories, origin, labeller, and how many there may be.

Facts, all DEFECTs: another kind or category than asked; an origin that is not in the version the campaign names, or not
its very file; a sheet that names another account or campaign than its signature; a second sheet of one labeller for one
origin; more sheets for an origin than asked. Only earlier sheets without a DEFECT count, less those finally rejected
before, so spam takes nobody's place. Another picture size than an earlier labeller's is a RISK: one is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.labelling import Labelling
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.formats import LabelSheet
from headwater.records.campaign_spec import LabelWork, label_work

IMPACT = "The requester asked for something else."


@rule("spec/labels", version=1, needs=(Need.SPEC,))
def check(seen: Observed) -> Iterator[Draft]:
    work, sheet = label_work(seen.spec), seen.episode.sheet
    if work is None and sheet is None:
        raise CannotJudge("the campaign asks for no labels")
    if work is None or sheet is None:
        asked, found = ("labels", "a recording") if work else ("recordings", "labels")
        yield _defect(f"The campaign asks for {asked}.", found, asked, "Choose a campaign that asks for this.")
        return
    yield from _content(work, sheet)
    if seen.labelling is not None:
        yield from _facts(seen.labelling, sheet)
    if seen.index is not None:
        yield from _earlier(seen, work)


def _content(work: LabelWork, sheet: LabelSheet) -> Iterator[Draft]:
    if sheet.kind != work.kind:
        yield _defect("Another kind of label than asked for.", sheet.kind, work.kind, "Label what the campaign asks.")
    unknown = [label.category for label in sheet.labels if label.category not in work.categories and label.category]
    if work.categories and unknown:
        found = f"{len(unknown)} of {len(sheet.labels)} labels, first {unknown[0][:40]!r}"
        yield _defect("A category the campaign does not have.", found, ", ".join(work.categories)[:120], "Rename it.")
    if not sheet.labels and sheet.kind != "boxes":  # a picture may show nothing of what boxes are asked for
        yield _defect("The sheet has no label.", "none", f"at least one of {sheet.kind}", "Label the origin.")


def _facts(known: Labelling, sheet: LabelSheet) -> Iterator[Draft]:
    again = "Write the sheet anew with 'headwater label submit'."
    if sheet.labeller != known.labeller:
        message = "The sheet is somebody else's than who signed it."
        yield _defect(message, sheet.labeller, known.labeller, "Label yourself.")
    if sheet.campaign != known.campaign:
        message = "The sheet was written for another campaign."
        yield _defect(message, str(sheet.campaign), str(known.campaign), again)
    origin = sheet.origin
    if known.derived_from != (origin.contribution,):
        named = ", ".join(one.hex()[:16] for one in known.derived_from) or "none"
        yield _defect("Sheet and manifest name different origins.", origin.contribution.hex()[:16], named, again)
    files = known.origins.get(origin.contribution)
    if files is None:
        message = "The origin is not in the version the campaign names."
        yield _defect(message, origin.contribution.hex()[:16], f"one of {len(known.origins)} contributions", again)
    elif files.get(origin.path) != origin.sha256:
        expected = files.get(origin.path, b"").hex()[:16] or ", ".join(sorted(files))[:80]
        message = "The labels are of another file than the origin's."
        yield _defect(message, f"{origin.path[:60]} {origin.sha256.hex()[:16]}", expected, again)


def _earlier(seen: Observed, work: LabelWork) -> Iterator[Draft]:
    own = seen.fingerprints.labels
    assert own is not None
    assert seen.index is not None
    rejected = seen.labelling.rejected if seen.labelling else frozenset()
    found = [
        (name, one)
        for name, one in seen.index.labels_of(own.origin)
        if one.campaign == own.campaign and one.sound and name not in rejected
    ]
    mine = [name for name, one in found if one.labeller == own.labeller]
    if mine:
        message = "This labeller has labelled this origin already."
        yield _defect(message, mine[0][:16], "one sheet of a labeller for an origin", "Label another one.")
    elif len(found) >= work.per_item:
        message = "The origin has as many labellers as asked for."
        fix = "See 'headwater label list' for what still wants labels."
        yield _defect(message, f"{len(found)} earlier", f"at most {work.per_item}", fix)
    sizes = {(one.width, one.height) for _, one in found if one.width and one.height} - {(own.width, own.height)}
    if sizes and own.width:
        width, height = min(sizes)
        message = "Another labeller says the picture has another size."
        observed, fix = f"{own.width}x{own.height}", "Label the picture as it is stored."
        yield Draft(Severity.RISK, message, observed, f"{width}x{height}", impact=IMPACT, fix=fix)


def _defect(message: str, observed: str, expected: str, fix: str) -> Draft:
    return Draft(Severity.DEFECT, message, observed, f"asked for {expected}", impact=IMPACT, fix=fix)
