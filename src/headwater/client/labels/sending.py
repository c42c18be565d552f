"""Sending sheets: each one contribution, derived from its origin, checked here before anything leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headwater.client.labels.origins import OriginItem, labelling_of
from headwater.client.labels.preview import label_sheet_preview
from headwater.client.labels.sheets import as_episode
from headwater.client.submit import Beside, Consent, Submitted, Submitter
from headwater.formats import LabelSheet
from headwater.primitives.cid import Cid


def send_sheets(
    sender: Submitter,
    sheets: Iterable[LabelSheet],
    origins: Iterable[OriginItem],
    campaign: int,
    consent: Consent,
    *,
    check: bool = True,
) -> Iterator[tuple[LabelSheet, Submitted]]:
    """Sends sheets one by one; what was sent before is not sent again.

    Raises:
        RefusedLocallyError, ClientError, IntakeError: as ``Submitter.submit``, of the first sheet at fault.
    """
    known = {one.contribution: one.manifest for one in origins}
    for sheet in sheets:
        origin = sheet.origin.contribution
        previews = known[origin].previews if origin in known else ()
        shown = sender.network.blobs.get(Cid(previews[0])) if previews else None
        facts = labelling_of(sender.network, campaign, sender.signer.address, (origin,))
        beside = Beside(label_sheet_preview(sheet, shown), facts)
        yield sheet, sender.submit(as_episode(sheet, sender.work), campaign, consent, check=check, beside=beside)
