"""A holder that lost its disk gets its shares back from t others; killed at every step, nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from headwater.chain import Chain, anvil
from headwater.node.holder import HolderService
from headwater.node.repairing import Helping, RepairCall, repair
from headwater.primitives.errors import HeadwaterError
from headwater.records.batch import BatchRow
from headwater.records.envelope import KeyEnvelope
from headwater.testing.sold import Sold, sold_version
from headwater.vault import HolderSecret, ShareError, open_share
from headwater.vault.errors import RepairError
from headwater.vault.repair import Session

pytestmark = pytest.mark.chain

N, T = 5, 3


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sold]:
    running = anvil.start(tmp_path_factory.mktemp("repair") / "chain")
    yield sold_version(Chain(running.url), 2, [f"http://127.0.0.1:{n}" for n in range(1, N + 1)], T)
    running.stop()


class KilledError(Exception):
    """A process that is gone between two instructions."""


class Mortal(Helping):
    """A helper that is killed, or fails, at one of its steps."""

    def __init__(self, service: HolderService, sold: Sold, steps: list[str], at: int, death: type[Exception]) -> None:
        super().__init__(service, sold.contracts)
        self.steps, self.at, self.death = steps, at, death

    def deal(self, call: RepairCall) -> list[bytes]:
        self._step("deal")
        made = super().deal(call)
        self._step("dealt")
        return made

    def add_up(self, call: RepairCall, pieces: Sequence[bytes]) -> bytes:
        self._step("add")
        made = super().add_up(call, pieces)
        self._step("added")
        return made

    def _step(self, name: str) -> None:
        self.steps.append(name)
        if len(self.steps) == self.at:
            raise self.death(name)


def scene(sold: Sold, folder: Path) -> tuple[HolderService, list[HolderService], BatchRow, KeyEnvelope, HolderSecret]:
    """Holder 1 has its account, a fresh opening key registered on chain, and an empty disk."""
    row = sold.made.manifest.episodes[0]
    envelope = sold.network().record(KeyEnvelope, sold.network().cid_of(row.envelope))
    fresh = sold.holders[0].rotated().forgetting()
    sold.contracts.stakes.register_holder(fresh, "http://127.0.0.1:1", fresh.public_key)
    sold.contracts.chain.request("anvil_mine", "0x4")
    services = [HolderService(h, sold.contracts, folder / h.address) for h in sold.holders[1:]]
    wanted = BatchRow(row.contribution, row.content_root, row.envelope)
    return HolderService(fresh, sold.contracts, folder / "loser"), services, wanted, envelope, fresh


def test_a_lost_share_comes_back_from_three_of_the_others(sold: Sold, tmp_path: Path) -> None:
    loser, services, row, envelope, fresh = scene(sold, tmp_path)
    with pytest.raises(ShareError):
        open_share(envelope, fresh)
    helpers = [Helping(s, sold.contracts) for s in services]
    assert repair(loser, sold.contracts, 1, row, envelope, helpers) == open_share(envelope, sold.holders[0])
    assert loser.shelf.count() == 1
    repair(loser, sold.contracts, 1, row, envelope, helpers)
    assert loser.shelf.count() == 1, "none is doubled"


@pytest.mark.parametrize("at", range(1, 4 * T + 1))
def test_killed_at_any_step_nothing_is_lost_and_the_next_try_succeeds(sold: Sold, tmp_path: Path, at: int) -> None:
    """Steps in order: three deals, begun and ended, then three sums."""
    loser, services, row, envelope, _ = scene(sold, tmp_path)
    steps = list[str]()
    with pytest.raises(KilledError):
        repair(loser, sold.contracts, 1, row, envelope, [Mortal(s, sold, steps, at, KilledError) for s in services])
    assert loser.shelf.count() == 0
    assert all(s.shelf.count() == 0 for s in services), "a helper keeps nothing of a repair"
    assert steps == (["deal", "dealt"] * T + ["add", "added"] * T)[:at]
    again = repair(loser, sold.contracts, 1, row, envelope, [Helping(s, sold.contracts) for s in services])
    assert again == open_share(envelope, sold.holders[0])
    assert loser.shelf.count() == 1


def test_a_helper_that_fails_is_replaced_and_two_are_too_many(sold: Sold, tmp_path: Path) -> None:
    loser, services, row, envelope, _ = scene(sold, tmp_path)
    steps = list[str]()
    helpers = [Mortal(s, sold, steps, 3, HeadwaterError) for s in services]
    assert repair(loser, sold.contracts, 1, row, envelope, helpers) == open_share(envelope, sold.holders[0])
    down = [Mortal(s, sold, [], 1, HeadwaterError) for s in services[:2]]
    with pytest.raises(RepairError, match="too few helpers"):
        repair(loser, sold.contracts, 1, row, envelope, [*down, *(Helping(s, sold.contracts) for s in services[2:])])


def test_attack_repair_by_or_of_somebody_else(sold: Sold, tmp_path: Path) -> None:
    """Another holder asks for holder 1's share; fewer or doubled helpers would let it take a helper's share apart."""
    _, services, row, envelope, fresh = scene(sold, tmp_path)
    helper, names = Helping(services[0], sold.contracts), tuple(h.address for h in sold.holders[1 : T + 1])
    session = Session(envelope, row.contribution, fresh.address, names, bytes(32))

    def called(one: Session, by: HolderSecret) -> RepairCall:
        bare = RepairCall(one, 1, b"")
        return replace(bare, signature=by.sign_digest(bare.digest(sold.contracts)))

    pieces = helper.deal(called(session, fresh))
    assert len(pieces) == T
    tried = [
        called(session, sold.holders[2]),
        called(replace(session, loser=sold.holders[4].address), fresh),
        called(replace(session, helpers=names[:1]), fresh),
        called(replace(session, helpers=(names[0],) * T), fresh),
        called(replace(session, helpers=(*names[:-1], fresh.address)), fresh),
        called(replace(session, helpers=(*names[1:], sold.holders[4].address)), fresh),
    ]
    for call in tried:
        with pytest.raises(RepairError):
            helper.deal(call)
    right = called(session, fresh)
    for wrong in ([pieces[0]], [pieces[0]] * T, [pieces[0], *pieces[1:]]):
        with pytest.raises(RepairError):
            helper.add_up(right, wrong)  # only one piece of each helper, each sealed for this session
