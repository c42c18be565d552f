"""The front door: a contribution whose consent does not fit the campaign is refused before it costs a deposit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import create_engine, select

from headwater.chain.structs import Terms
from headwater.node.database import contributions, metadata
from headwater.node.errors import IntakeError
from headwater.node.operator.desk import Desk
from headwater.node.operator.intake import receive
from headwater.records import codec
from headwater.records.consent import ConsentReceipt
from headwater.records.contribution import SignedContribution
from headwater.testing.small_history import DOMAIN, SmallHistory

Change = Callable[[ConsentReceipt], ConsentReceipt]


def but(**changes: Any) -> Change:
    """A receipt with fields changed, everything after it signed anew."""
    return lambda receipt: replace(receipt, **changes)


class Door:
    """An operator's desk over the blobs of a small history."""

    def __init__(self, change: Change = lambda receipt: receipt, terms: Terms | None = None) -> None:
        history = SmallHistory({"consent/0": change})
        clip = history.clips[0]
        self.signed = SignedContribution(clip.given, clip.opening.signature, clip.opening.salt)
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine)
        facts = SimpleNamespace(terms=terms or history.terms)
        blobs = history.blobs
        desk = SimpleNamespace(
            demand_operator=lambda: None,
            contracts=SimpleNamespace(campaigns_domain=DOMAIN, chain=SimpleNamespace(now=lambda: 1_000)),
            ledger=lambda: SimpleNamespace(campaign=lambda number: facts),
            record=lambda kind, cid: codec.decode(kind, blobs.get(cid)),
            spec=lambda number: SimpleNamespace(modality="robot_episode"),
            holders=lambda: history.holders,
            blobs=blobs,
            engine=self.engine,
        )
        self.desk = cast(Desk, desk)

    def receive(self) -> bytes:
        return receive(self.desk, self.signed)

    def kept(self) -> list[bytes]:
        with self.engine.begin() as db:
            return [bytes(row) for row in db.execute(select(contributions.c.digest)).scalars()]


def test_a_receipt_that_covers_the_terms_is_taken_in_once() -> None:
    door = Door()
    assert door.receive() == door.receive()
    assert len(door.kept()) == 1


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param(but(campaign=2), "consent receipt", id="attack_receipt_for_another_campaign"),
        pytest.param(but(content_root=b"\1" * 32), "consent receipt", id="attack_receipt_for_another_clip"),
        pytest.param(but(purposes=("research",)), "consent: purposes", id="attack_receipt_for_fewer_purposes"),
        pytest.param(but(purposes=("anything",)), "consent: purposes", id="attack_receipt_for_an_unknown_purpose"),
        pytest.param(but(regions=("FR",)), "consent: regions", id="attack_receipt_for_fewer_regions"),
        pytest.param(but(minimum_age=17), "consent: minimum age", id="attack_receipt_with_a_lower_age"),
        pytest.param(but(minimum_age=0), "consent: minimum age", id="attack_receipt_without_an_age"),
        pytest.param(but(minimum_age=10**9), "consent: minimum age", id="attack_receipt_with_an_age_nobody_has"),
    ],
)
def test_attack_receipt_that_does_not_cover(change: Change, what: str) -> None:
    door = Door(change)
    with pytest.raises(IntakeError) as caught:
        door.receive()
    assert caught.value.what == what
    assert caught.value.fix
    assert door.kept() == []


def test_attack_terms_with_a_purpose_nobody_can_have_consented_to() -> None:
    terms = SmallHistory().terms
    with pytest.raises(IntakeError, match="bit 9"):
        Door(terms=replace(terms, purposes=terms.purposes | 1 << 9)).receive()
