"""Keys of a version of 10,000 contributions from 3 of 5 holders in processes of their own, on a real local chain.

Beside it, what a company's one server would do: it has every key under one AES key, checks one signature, and seals
all of them to the buyer at once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from headwater.chain import Chain, anvil
from headwater.client.buy import release_keys
from headwater.primitives import eip712
from headwater.records import codec
from headwater.records.envelope import KeyEnvelope
from headwater.testing.sealed import person
from headwater.testing.sold import Sold, sold_version
from headwater.vault import ContentKey, open_share
from headwater.vault.batch import Held
from headwater.vault.seal import open_with, seal_to
from headwater.vault.shamir import share_commitment
from headwater.vault.shelf import Place, Shelf
from report import Goal, Row

EPISODES, SMALL, N, T = 10_000, 100, 5, 3
FIRST_PORT = 42_751


def releases() -> list[Row]:
    """Wall-clock seconds from the first question to the last key, records read and checked on the way."""
    rows = []
    for count, goal in ((SMALL, 2.0), (EPISODES, 10.0)):
        seconds, cpu_s = released(count)
        what = f"release of {count:,} contributions by 3 of 5 holders"
        rows.append(Row(what, round(seconds, 2), "s", Goal("<=", goal), "one server, AES-256-GCM", one_server(count)))
        rows.append(Row(f"{what}: buyer and holders", round(cpu_s, 2), "s of CPU"))
    return rows


def released(count: int) -> tuple[float, float]:
    """Seconds, and CPU seconds of the buyer and all holders."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        chain = anvil.start(root / "chain")
        try:
            ports = range(FIRST_PORT, FIRST_PORT + N)
            sold = sold_version(Chain(chain.url), count, [f"http://127.0.0.1:{port}" for port in ports], T)
            sold.contracts.deployment.save(root)
            processes = [holder(root, chain.url, number, sold) for number in range(1, N + 1)]
            try:
                for port in ports:
                    await_answer(port)
                before = cpu_of(processes)
                seconds = timed(sold)
                return seconds, cpu_of(processes) - before
            finally:
                for process in processes:
                    process.kill()
                    process.wait()
        finally:
            chain.stop()


def cpu_of(processes: Sequence[subprocess.Popen[bytes]]) -> float:
    """CPU seconds so far of this process and these."""
    ticks = os.sysconf("SC_CLK_TCK")
    fields = [Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split() for one in processes]
    return time.process_time() + sum(int(row[11]) + int(row[12]) for row in fields) / ticks


def timed(sold: Sold) -> float:
    network, rows = sold.network(), list(enumerate(sold.made.manifest.episodes))
    network.ledger()
    start = time.perf_counter()
    got = release_keys(network, sold.buyer, sold.made, sold.licence, rows)
    seconds = time.perf_counter() - start
    assert tuple(one.key for one in got.keys) == sold.keys
    assert len(got.releases) == T, "exactly three were asked"
    return seconds


def holder(root: Path, url: str, number: int, sold: Sold) -> subprocess.Popen[bytes]:
    """A holder with every share on its shelf, where the checker's questions had put it."""
    folder, keys = root / str(number), sold.holders[number - 1]
    shelf = Shelf(folder / "holder.db", keys.derive(b"shelf"))
    with closing(shelf.open()) as db:
        db.execute("begin")
        for row in sold.made.manifest.episodes if number <= T else ():
            envelope = sold.network().record(KeyEnvelope, sold.network().cid_of(row.envelope))
            share = open_share(envelope, keys)
            held = Held(share, share_commitment(envelope.label, share))
            place = Place(row.contribution, codec.digest(envelope))
            shelf.put(db, place, sold.made.manifest.campaign, envelope.label, held)
        db.execute("commit")
    words = ["--rpc", url, "--deployments", str(root), "--folder", str(folder)]
    words += ["--number", str(number), "--port", str(FIRST_PORT + number - 1)]
    return subprocess.Popen([sys.executable, "-m", "headwater.testing.holder_process", *words])


def await_answer(port: int) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise TimeoutError(f"no holder on port {port}")


def one_server(count: int) -> float:
    """Seconds of a key server without chain, threshold, commitments or receipts."""
    lock, who, private = AESGCM(bytes(32)), person("buyer"), X25519PrivateKey.generate()
    stored = [lock.encrypt(n.to_bytes(12, "big"), bytes(32), b"") for n in range(count)]
    digest = bytes(32)
    signature = who.sign_digest(digest)
    start = time.perf_counter()
    assert eip712.recover(digest, signature) == who.address
    data = b"".join([lock.decrypt(n.to_bytes(12, "big"), one, b"") for n, one in enumerate(stored)])
    opened = open_with(private, seal_to(private.public_key().public_bytes_raw(), data, b"keys"), b"keys")
    keys: Sequence[ContentKey] = [ContentKey(opened[at : at + 32]) for at in range(0, len(opened), 32)]
    assert len(keys) == count
    return round(time.perf_counter() - start, 3)
