"""Asking many holders for many keys, some of them down, refusing or lying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from headwater.primitives.errors import HeadwaterError
from headwater.records.release import Release
from headwater.testing.sealed import Scene
from headwater.vault import Ask, HolderSecret, NotEnoughPartsError, Wanted, answer, collect


@dataclass
class Holder:
    """A holder in this process. ``mood`` is how it behaves."""

    scene: Scene
    keys: HolderSecret
    mood: str = "honest"
    batches: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.keys.address

    def ask(self, batch: Sequence[Ask]) -> list[Release | str]:
        self.batches.append(len(batch))
        if self.mood == "down":
            raise HeadwaterError("key holder", actual="connection refused")
        if self.mood == "refuses":
            return ["no valid licence on chain"] * len(batch)
        releases: list[Release | str] = [
            answer(ask.signed.request, ask.envelope, self.keys, self.scene.domain, self.scene.chain.now)
            for ask in batch
        ]
        if self.mood == "lies":
            return [replace(r, signature=bytes(65)) if isinstance(r, Release) else r for r in releases]
        return releases[:-1] if self.mood == "short" else releases


def committee(scene: Scene, *moods: str) -> list[Holder]:
    return [Holder(scene, keys, mood) for keys, mood in zip(scene.holders, moods, strict=True)]


def wanted(scene: Scene) -> Wanted:
    numbers = {keys.address: number for number, keys in enumerate(scene.holders)}
    return Wanted(scene.contribution, scene.envelope, lambda address: scene.signed(scene.request(numbers[address])))


BAD = ["down", "refuses", "lies", "short"]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_any_one_bad_holder_is_survived_and_named(scene: Scene, bad: str, place: int) -> None:
    moods = ["honest"] * 3
    moods[place] = bad
    (got,) = collect([wanted(scene)], committee(scene, *moods), scene.recipient, scene.domain)
    assert got.opened.key == scene.key
    assert [fault.index for fault in got.opened.faults] == ([place + 1] if place < 2 else [])
    assert len(got.releases) == 2


@pytest.mark.parametrize("bad", BAD)
def test_two_bad_holders_of_three_fail_closed_and_are_named(scene: Scene, bad: str) -> None:
    with pytest.raises(NotEnoughPartsError) as caught:
        collect([wanted(scene)], committee(scene, bad, "honest", "down"), scene.recipient, scene.domain)
    assert [fault.index for fault in caught.value.faults] == [1, 3]
    assert all(keys.address in str(caught.value) for keys in (scene.holders[0], scene.holders[2]))


def test_nobody_is_asked_for_more_than_is_needed(scene: Scene) -> None:
    holders = committee(scene, "honest", "honest", "honest")
    collect([wanted(scene)] * 5, holders, scene.recipient, scene.domain)
    assert [holder.batches for holder in holders] == [[5], [5], []]


def test_a_checker_wants_every_share(scene: Scene) -> None:
    (got,) = collect(
        [wanted(scene)], committee(scene, *["honest"] * 3), scene.recipient, scene.domain, confirm_all=True
    )
    assert got.opened.key == scene.key
    assert len(got.releases) == 3
    with pytest.raises(NotEnoughPartsError):
        collect(
            [wanted(scene)],
            committee(scene, "honest", "lies", "honest"),
            scene.recipient,
            scene.domain,
            confirm_all=True,
        )
