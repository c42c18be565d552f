"""Five key holders in processes of their own, three needed: killed, slow and lying, in every mixture that matters."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.chain import Chain, anvil
from headwater.client.buy import release_keys
from headwater.client.errors import HoldersError
from headwater.client.openings import Proofs
from headwater.node.holder import HolderService
from headwater.node.mending import mend
from headwater.records import codec
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Role, SignedReleaseRequest
from headwater.testing.sold import Sold, sold_version
from headwater.vault import FaultError, Wanted, ask_again, collect, judge_fault
from headwater.vault.asking import Asker, Right
from headwater.vault.remote import HttpHolder
from headwater.vault.version import CollectedVersion

pytestmark = [pytest.mark.e2e, pytest.mark.chain]

N, T, EPISODES = 5, 3, 8


@dataclass
class Fleet:
    """Five processes, found again by number; each has its own folder and reads the chain itself."""

    sold: Sold
    root: Path
    ports: Sequence[int]
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def folder(self, number: int) -> Path:
        return self.root / str(number)

    def start(self, *numbers: int) -> None:
        for number in numbers:
            folder = self.folder(number)
            folder.mkdir(exist_ok=True)
            words = ["--rpc", self.sold.contracts.chain.url, "--deployments", str(self.root), "--folder", str(folder)]
            words += ["--number", str(number), "--port", str(self.ports[number - 1])]
            with (folder / "log").open("ab") as log:
                command = [sys.executable, "-m", "headwater.testing.holder_process", *words]
                self.running[number] = subprocess.Popen(command, stdout=log, stderr=log)
        for number in numbers:
            self._await(number)

    def kill(self, *numbers: int) -> None:
        """SIGKILL: nothing is written, nobody says goodbye."""
        for number in numbers:
            process = self.running.pop(number)
            process.send_signal(signal.SIGKILL)
            process.wait()

    def mood(self, word: str, *numbers: int) -> None:
        for number in numbers:
            (self.folder(number) / "mood").write_text(word)

    def all_well(self) -> None:
        """Everybody up and honest."""
        self.mood("", *range(1, N + 1))
        self.start(*(n for n in range(1, N + 1) if n not in self.running))

    def confirm(self) -> None:
        """The assigned checker's duty: every share of every contribution, which also puts it on its holder's shelf."""
        sold, network = self.sold, self.sold.network()
        private, domain = X25519PrivateKey.generate(), sold.contracts.campaigns_domain
        asker = Asker(sold.operator, domain, private, sold.contracts.chain.final_block().time)
        proofs, wanted = Proofs(network, sold.made), list[Wanted]()
        for place, row in enumerate(sold.made.manifest.episodes):
            envelope = network.record(KeyEnvelope, network.cid_of(row.envelope))
            ask = partial(asker.request, Right(Role.CHECKER), proofs.of(place, ()), row.contribution)
            wanted.append(Wanted(row.contribution, envelope, ask))
        got = collect(wanted, network.holders(), private, domain, confirm_all=True)
        assert tuple(one.opened.key for one in got) == sold.keys

    def keys(self) -> CollectedVersion:
        """All keys of the version, as the buyer gets them."""
        rows = list(enumerate(self.sold.made.manifest.episodes))
        return release_keys(self.sold.network(), self.sold.buyer, self.sold.made, self.sold.licence, rows)

    def address(self, number: int) -> str:
        return self.sold.holders[number - 1].address

    def _await(self, number: int) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.running[number].poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{self.ports[number - 1]}/health", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        pytest.fail((self.folder(number) / "log").read_text()[-2000:])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    root = tmp_path_factory.mktemp("five")
    running = anvil.start(root / "chain")
    ports = free_ports(N)
    sold = sold_version(Chain(running.url), EPISODES, [f"http://127.0.0.1:{port}" for port in ports], T)
    sold.contracts.deployment.save(root)
    fleet = Fleet(sold, root, ports)
    fleet.start(*range(1, N + 1))
    fleet.confirm()
    yield fleet
    fleet.kill(*list(fleet.running))
    running.stop()


@pytest.fixture
def fleet(whole: Fleet) -> Fleet:
    whole.all_well()
    return whole


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def right(fleet: Fleet, got: CollectedVersion) -> bool:
    return tuple(one.key for one in got.keys) == fleet.sold.keys


def named(got: CollectedVersion) -> set[str]:
    return {fault.holder for one in got.keys for fault in one.faults}


def killed_pairs(pairs: Sequence[tuple[int, int]], fleet: Fleet) -> None:
    for pair in pairs:
        fleet.all_well()
        fleet.kill(*pair)
        fleet.mood("slow", next(n for n in range(1, N + 1) if n not in pair))
        got = fleet.keys()
        assert right(fleet, got), pair
        assert named(got) == {fleet.address(n) for n in pair}, "all three others were needed, so both were asked"


def test_two_killed_and_one_of_the_rest_slow(fleet: Fleet) -> None:
    killed_pairs([(1, 2)], fleet)


@pytest.mark.slow
def test_any_two_killed_and_one_of_the_rest_slow(fleet: Fleet) -> None:
    killed_pairs(list(combinations(range(1, N + 1), 2)), fleet)


def test_one_slow_holder_is_not_waited_for(fleet: Fleet) -> None:
    fleet.mood("slow", 1)
    got = fleet.keys()
    assert right(fleet, got)
    assert fleet.address(1) not in {release.receipt.holder for release in got.releases}


def test_one_killed_and_one_lying(fleet: Fleet) -> None:
    fleet.kill(2)
    fleet.mood("lying", 1)
    got = fleet.keys()
    assert right(fleet, got)
    assert named(got) <= {fleet.address(1), fleet.address(2)}


def test_two_lying_each_in_its_way(fleet: Fleet) -> None:
    fleet.mood("lying", 1)
    fleet.mood("other", 3)
    got = fleet.keys()
    assert right(fleet, got)
    assert named(got) <= {fleet.address(1), fleet.address(3)}


def test_two_killed_and_one_lying_fails_closed_and_names_the_liar(fleet: Fleet) -> None:
    fleet.kill(4, 5)
    fleet.mood("lying", 1)
    with pytest.raises(HoldersError) as caught:
        fleet.keys()
    assert f"({fleet.address(1)}): not the share the envelope commits to" in str(caught.value)
    assert f"({fleet.address(2)})" not in str(caught.value)
    assert all(fleet.address(n) in str(caught.value) for n in (4, 5))


def test_three_killed_is_said_clearly_and_passes_when_one_returns(fleet: Fleet) -> None:
    fleet.kill(1, 3, 5)
    with pytest.raises(HoldersError, match=r"2 of 3 right parts; .*does not answer.*\. Fix: ask again when holders"):
        fleet.keys()
    fleet.start(3)
    assert right(fleet, fleet.keys())


@pytest.mark.parametrize(("mood", "bare"), [("lying", False), ("other", True)])
def test_a_wrong_part_becomes_evidence_anybody_can_judge(fleet: Fleet, mood: str, bare: bool) -> None:
    """The liar is asked once more, for one part under a key of its own; what it signs then convinces a stranger."""
    fleet.mood(mood, 2)
    sold, row = fleet.sold, fleet.sold.made.manifest.episodes[7]
    network, domain = sold.network(), sold.contracts.campaigns_domain
    tree = sold.made.episode_tree(sold.contracts.chain.chain_id, sold.contracts.datasets.address)
    proof = Proofs(network, sold.made).of(7, tree.proof(7))
    envelope = network.record(KeyEnvelope, network.cid_of(row.envelope))
    version = sold.made.version
    buyer = Right(Role.BUYER, version.dataset, version.number, sold.licence.to_bytes(32, "big"))

    def sign(holder: str, key: X25519PrivateKey) -> SignedReleaseRequest:
        now = sold.contracts.chain.final_block().time
        return Asker(sold.buyer, domain, key, now).request(buyer, proof, row.contribution, holder)

    address = fleet.address(2)
    liar = HttpHolder(address, f"http://127.0.0.1:{fleet.ports[1]}")
    fault = ask_again(liar, envelope, sign, domain).fault
    assert fault is not None
    assert (fault.recipient_secret == b"") == bare
    read = codec.decode(type(fault), codec.encode(fault))
    assert address in judge_fault(read, domain)

    fleet.mood("", 2)
    again = ask_again(liar, envelope, sign, domain)  # healed: nothing to hold against it
    assert again.fault is None
    fleet.kill(2)
    with pytest.raises(FaultError, match="no answer"):
        ask_again(liar, envelope, sign, domain)


def test_a_holder_that_lost_its_disk_is_mended_by_the_others_while_one_is_killed(fleet: Fleet, tmp_path: Path) -> None:
    """Over HTTP, from real processes; the loser has its account and a fresh opening key that opens no envelope."""
    sold = fleet.sold
    fresh = sold.holders[4].rotated().forgetting()
    fleet.kill(5, 1)
    sold.contracts.stakes.register_holder(fresh, f"http://127.0.0.1:{fleet.ports[4]}", fresh.public_key)
    sold.contracts.chain.request("anvil_mine", "0x4")
    loser = HolderService(fresh, sold.contracts, tmp_path)
    assert mend(loser, sold.network()) == (EPISODES, [])
    assert loser.shelf.count() == EPISODES
    fleet.kill(2)
    other = HolderService(fresh, sold.contracts, tmp_path / "other")
    done, failed = mend(other, sold.network())
    assert (done, len(failed)) == (0, EPISODES), "two helpers are too few"
    assert "too few helpers" in failed[0]
    assert other.shelf.count() == 0
