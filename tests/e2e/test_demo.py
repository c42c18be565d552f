"""The demo as a newcomer runs it: killed in the middle, run again, then audited, then tampered with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.node import local
from headwater.node.home import Home

pytestmark = [pytest.mark.e2e, pytest.mark.chain]
KILL_AFTER_S = 25
LIMIT_S = 400


def headwater(*args: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "headwater", *args, "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A demo killed half way, then run to its end in the same folder and left running."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with subprocess.Popen(
        [sys.executable, "-m", "headwater", "demo", "--home", str(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as first:
        time.sleep(KILL_AFTER_S)
        os.killpg(first.pid, signal.SIGKILL)
    done = headwater("demo", "--json", "--keep", home=home)
    assert done.returncode == 0, done.stderr[-3000:]
    yield home, json.loads(done.stdout)
    local.down(Home(home))


def test_every_recording_is_judged_as_it_must_be(played: tuple[Path, dict[str, Any]]) -> None:
    outcomes = played[1]["outcomes"]
    assert [o["who"] for o in outcomes if not o["as_expected"]] == []
    assert {o["verdict"] for o in outcomes} == {"accepted", "rejected"}


def test_every_rejection_has_reason_evidence_and_appeal(played: tuple[Path, dict[str, Any]]) -> None:
    for outcome in played[1]["outcomes"]:
        if outcome["verdict"] == "rejected":
            assert outcome["reason"], outcome
            assert outcome["appeal"].startswith("Appeal:"), outcome
            assert " s" in outcome["reason"] or "copy/exact" in outcome["reason"], outcome


def test_bad_recordings_earn_nothing_and_good_ones_earn_twice(played: tuple[Path, dict[str, Any]]) -> None:
    for outcome in played[1]["outcomes"]:
        paid, share = float(outcome["paid"]), float(outcome["sale_share"])
        assert (paid > 0) == (outcome["verdict"] == "accepted")
        if outcome["verdict"] == "rejected":
            assert share == 0
    assert any(float(o["sale_share"]) > 0 for o in played[1]["outcomes"])


def test_the_audit_passes(played: tuple[Path, dict[str, Any]]) -> None:
    audit = headwater("audit", home=played[0])
    assert audit.returncode == 0, audit.stdout[-2000:]
    assert audit.stdout.rstrip().endswith("AUDIT PASS")


def test_attack_one_byte_of_one_blob(played: tuple[Path, dict[str, Any]]) -> None:
    """A flipped byte anywhere that matters fails the audit, which names the block; putting it back mends it."""
    home = played[0]
    blobs = sorted((p for p in (home / "blobs").rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    for path in (blobs[len(blobs) // 4], blobs[-1]):
        whole = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        audit = headwater("audit", home=home)
        path.write_bytes(whole)
        assert audit.returncode == 1, path
        assert path.name in audit.stdout
        assert "AUDIT FAIL" in audit.stdout
    assert headwater("audit", home=home).returncode == 0


def test_no_secret_is_written_anywhere(played: tuple[Path, dict[str, Any]]) -> None:
    """The local password is in its one file and in no log, database or record."""
    home = played[0]
    password = (home / "local-password").read_bytes()
    holders = [
        p for p in home.rglob("*") if p.is_file() and p.name != "local-password" and p.stat().st_size < 5_000_000
    ]
    assert [p for p in holders if password in p.read_bytes()] == []


def test_contributors_never_held_gas(played: tuple[Path, dict[str, Any]]) -> None:
    contracts = local.contracts_of(Home(played[0]))
    for wallet in ("ada", "ben", "ivo", "kim"):
        address = json.loads((played[0] / "wallets" / f"{wallet}.json").read_text())["address"]
        assert contracts.chain.balance("0x" + address.removeprefix("0x")) == 0
