"""Bad input to every verb: one line with a fix, exit code 2 or more, nothing half-written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headwater.chain import anvil
from headwater.chain.events import DatasetCreated
from headwater.chain.signer import LOCAL_COST, KeySigner
from headwater.chain.structs import Offer, Version, settlements_hash
from headwater.cli import app
from headwater.node import local
from headwater.node.home import Home
from headwater.node.wallets import Wallets
from headwater.records.licence import PRESETS
from headwater.records.purposes import PURPOSE_BITS
from headwater.records.regions import REGION_BITS

pytestmark = [pytest.mark.e2e, pytest.mark.chain, pytest.mark.media]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples/recordings"
G1 = str(EXAMPLES / "lerobot_v21_g1")
SPEC = str(ROOT / "examples/specs/humanoid_pick.json")
PRICED = "--reward 10 --budget 50 --as lab"
LIMITED = "--licence hw-research-1 --purpose research --purpose evaluation --region FR --minimum-age 18"
NEW = f"campaign new --spec {SPEC} --reward 10"
NO_CODE = "0x0000000000000000000000000000000000000999"

# Words of a command, then what its one line must say. {dir} is a folder with broken recordings.
MISSING = [
    ("check {dir}/nothing", "found no such path"),
    ("check {dir}/empty", "no reader recognises this"),
    (f"check {ROOT}/README.md", "no reader recognises this"),
    (f"check {G1} --spec {{dir}}/nothing.json", "no such file"),
    (f"check {G1} --index {{dir}}/nothing --episode 0", "nothing"),
    (f"check {G1} --index {ROOT}/README.md --episode 0", "copy index"),
    (f"check {G1} --episode 0 --report {{dir}}/no/folder", "no folder"),
    ("submit {dir}/nothing --campaign 1 --as poor", "no such path"),
    ("watch {dir}/nothing --once", "no such folder"),
    ("campaign new --spec {dir}/nothing.json --reward 10 --budget 50 --as lab", "no such file"),
    ("export {dir}/nothing --out {dir}/out", "found {dir}/nothing"),
]
BROKEN = [
    (f"{verb} {{dir}}/{name}{more}", says)
    for verb, more in (
        ("check", ""),
        ("submit", " --campaign 1 --as poor"),
        ("export", " --out {dir}/out"),
    )
    for name, says in (
        ("half.mp4", "truncated"),
        ("headless.mp4", "truncated"),
        ("lying-footer", "is a lie"),
        ("cut-parquet", "parquet"),
        ("no-info", "info.json"),
    )
] + [("watch {dir}/lying-footer --once --existing", "is a lie")]
WRONG_KEY = [
    ("wallet show nobody", "headwater wallet new nobody"),
    (f"submit {G1} --campaign 1 --as nobody", "wallet nobody"),
    (f"submit {G1} --campaign 1 --as poor --operator nobody", "wallet nobody"),
    (f"submit {G1} --campaign 1 --as poor --operator poor --episode 0", "not an operator"),
    (f"{NEW} --budget 50 --as nobody", "wallet nobody"),
    (f"{NEW} --budget 50 --as damaged", "key file"),
    (f"{NEW} --budget 50 --as foreign", "wrong password"),
    ("wallet fund nobody", "wallet nobody"),
    ("submissions --as nobody", "wallet nobody"),
    ("settle --campaign 1 --as foreign", "wrong password"),
    ("settle --campaign 1 --as poor", "not an operator"),
    ("challenge --as foreign", "wrong password"),
    ("claim --as nobody", "wallet nobody"),
    ("claim --as poor --payer foreign", "wrong password"),
    ("earnings --as damaged", "key file"),
    ("publish --campaign 1 --price 5 --as foreign", "wrong password"),
    ("withdraw 1/0 --as foreign", "wrong password"),
    ("review join --as foreign", "wrong password"),
    ("review list --as foreign", "wrong password"),
    ("review vote 1/0 accept --as foreign", "wrong password"),
    ("holder up 2", "locked with another password"),
]
UNFUNDED = [
    (f"{NEW} --budget 50 --as poor", "balance of 0x"),
    (f"{NEW} --budget 50000 --as lab", "allowed at least 50000000000"),
    ("review join --as poor", "for gas"),
]
UNKNOWN = [
    (f"check {G1} --campaign 99", "campaign 99"),
    (f"check {G1} --episode 9", "allowed 0 to 1"),
    (f"submit {G1} --campaign 99 --as poor", "campaign 99"),
    ("submissions --as poor --campaign 99", "campaign 99"),
    (f"watch {G1} --once --campaign 99", "campaign 99"),
    ("settle --campaign 99", "campaign 99"),
    ("publish --campaign 99 --price 5", "campaign 99"),
    ("campaign show 99", "campaign 99"),
    ("show campaign 99", "campaign 99"),
    ("show item 1/99", "item 99 of campaign 1"),
    ("show item 99/0", "campaign 99"),
    ("show dataset 99", "dataset 99"),
    ("buy 99 --as lab", "dataset 99"),
    ("buy 99@1 --as lab", "dataset 99"),
    ("load 99 --as lab --out {dir}/out", "dataset 99"),
    ("export 99 --as lab --out {dir}/out", "dataset 99"),
    ("withdraw 1/99 --as lab", "item 99 of campaign 1"),
    ("review vote 1/99 accept --as lab", "item 99 of campaign 1"),
    ("audit --campaign 99", "campaign 99"),
    ("audit --dataset 99", "dataset 99"),
    ("holder up 9", "key holder 9"),
]
MISWRITTEN = [
    ("publish --campaign 1 --price abc", "a decimal number"),
    ("publish --campaign 1 --price -5", "at least 0"),
    ("publish --campaign 1 --price 5", "no final accepted episode"),
    ("buy x@y --as lab", "NUMBER@VERSION"),
    ("show item x", "CAMPAIGN/ITEM"),
    (f"{NEW} --budget 50 --as lab --purpose spying", "purpose; found spying; allowed research, evaluation"),
    (f"{NEW} --budget 50 --as lab --purpose Research", "write research"),
    (f"{NEW} --budget 50 --as lab --region XX", "an ISO 3166-1 alpha-2 code"),
    (f"{NEW} --budget 50 --as lab --region fr", "write FR"),
    (f"{NEW} --budget 50 --as lab --region FR --region FR", "found FR twice"),
    (f"{NEW} --budget 50 --as lab --minimum-age 121", "minimum age; found 121; allowed 0 to 120 years"),
    (f"{NEW} --budget 50 --as lab --minimum-age -1", "minimum age; found -1"),
    (f"{NEW} --budget 50 --as lab --purpose research", "also for evaluation, commercial-training"),
    (f"{NEW} --budget 50 --as lab --purpose research --licence hw-research-1", "--purpose evaluation"),
    (f"campaign new --spec {{dir}}/spying.json {PRICED}", "spying.json: purpose; found spying"),
    (f"campaign new --spec {{dir}}/old.json {PRICED}", "old.json: minimum age; found 400"),
    (f"check {G1} --spec {{dir}}/spying.json", "spying.json: purpose; found spying"),
    ("withdraw xyz --as lab", "CAMPAIGN/ITEM"),
    ("search bottle --max-price abc", "a decimal number"),
    (f"submit {G1} --campaign 1 --as poor --purpose spying", "purpose; found spying"),
    (f"submit {G1} --campaign 1 --as poor --region XX", "region; found XX"),
    (f"submit {G1} --campaign 1 --as poor --youngest 300", "age of the youngest; found 300; allowed 0 to 120 years"),
    (f"submit {G1} --campaign 1 --as poor --purpose research", "consent: purposes; found research; allowed research, "),
    (f"submit {G1} --campaign 1 --as poor --region FR", "consent: regions; found FR; allowed anywhere"),
    (f"submit {G1} --campaign 2 --as poor", "consent: minimum age; found not stated; allowed 18 to 120 years"),
    (f"submit {G1} --campaign 2 --as poor --youngest 17", "consent: minimum age; found 17"),
    (f"submit {G1} --campaign 2 --as poor --youngest 18 --region DE", "consent: regions; found DE; allowed FR"),
    ("buy 1 --as lab", "purpose; found not declared; allowed research"),
    ("buy 1 --as lab --purpose research", "region; found not declared; allowed FR"),
    ("buy 1 --as lab --purpose spying --region FR", "purpose; found spying"),
    ("buy 1 --as lab --purpose research --region XX", "region; found XX"),
    (
        "buy 1 --as lab --purpose commercial-training --region FR",
        "purpose; found commercial-training; allowed research",
    ),
    ("buy 1 --as lab --purpose research --region DE", "region; found DE; allowed FR"),
    ("buy 1 --as lab --purpose research --region FR --max-price 24", "raise --max-price"),
    (f"{NEW} --budget x --as lab", "a decimal number"),
    (f"{NEW} --budget 5 --as lab", "one item"),
    (f"{NEW} --budget 50 --as lab --licence nope", "hw-research-1"),
    (f"{NEW} --budget 50 --as lab --token {NO_CODE}", "no contract there"),
    (f"{NEW} --budget 50 --as lab --token 0x12", "address"),
    (f"export {G1} --out {ROOT}/docs", "not empty"),
    ("up --rpc-url nonsense", "does not answer"),
    ("up --rpc-url http://127.0.0.1:1", "does not answer"),
    ("demo --home {dir}/lying-footer", "not a demo folder"),
]
CHAIN_DOWN = [
    "status",
    f"check {G1} --campaign 1",
    f"watch {G1} --once --campaign 1",
    f"submit {G1} --campaign 1 --as lab",
    "submissions --as lab",
    f"{NEW} --budget 50 --as lab",
    "campaign list",
    "campaign show 1",
    "show item 1/0",
    "search bottle",
    "settle --campaign 1",
    "challenge --as lab",
    "claim --as lab",
    "earnings --as lab",
    "publish --campaign 1 --price 5",
    "buy 1 --as lab",
    "load 1 --as lab --out {dir}/out",
    "export 1 --as lab --out {dir}/out",
    "withdraw 1/0 --as lab",
    "review join --as lab",
    "review list --as lab",
    "review vote 1/0 accept --as lab",
    "wallet fund lab",
    "holder up 1",
    "audit",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A network with two campaigns and a dataset; wallets with money, without, damaged and locked otherwise."""
    place = Home(tmp_path_factory.mktemp("bad-input") / "home")
    local.up(place)
    campaigns = (f"{NEW} --budget 50 --as lab", f"{NEW} --budget 50 --as lab {LIMITED}")
    for words in ("wallet new lab", "wallet fund lab --dollars 1000", "wallet new poor", *campaigns):
        assert app.run([*words.split(), "--home", str(place.root)]) == 0
    _dataset(place)
    wallets = place.root / "wallets"
    (wallets / "damaged.json").write_text("{")
    _lock_otherwise(wallets)
    keystore = place.holder(2) / "keystore.json"
    held = keystore.read_text()
    keystore.write_text(held.replace('"n": 4096', '"n": 8192'))
    yield place
    local.down(place)


def _dataset(place: Home) -> None:
    """Own data of the operator, for research in France."""
    contracts, operator = local.contracts_of(place), Wallets(place, local=True).open("operator")
    dataset = contracts.datasets.create_own(operator).only(DatasetCreated).dataset
    terms, zero = PRESETS[0].digest(), bytes(32)
    offer = Offer(terms, 25 * local.DOLLARS, 0, PURPOSE_BITS.mask(["research"]), REGION_BITS.mask(["FR"]))
    version = Version(
        dataset=dataset,
        number=1,
        campaign=0,
        episode_root=b"e" * 32,
        episodes=1,
        share_root=zero,
        shares=0,
        total_weight=0,
        manifest=b"m" * 32,
        settlements=settlements_hash([]),
        token=local.dollar_of(contracts),
        owner_bps=9_750,
        fee_bps=250,
        offers=(offer,),
    )
    contracts.datasets.publish(operator, version)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings as an accident or a cheat leaves them."""
    place = tmp_path_factory.mktemp("broken")
    (place / "empty").mkdir()
    whole = (EXAMPLES / "gopro_karma.mp4").read_bytes()
    (place / "half.mp4").write_bytes(whole[: len(whole) // 2])
    (place / "headless.mp4").write_bytes(whole[:1000])
    asked = json.loads((ROOT / "examples/specs/humanoid_pick.json").read_text())
    (place / "spying.json").write_text(json.dumps({**asked, "purposes": ["spying"]}))
    (place / "old.json").write_text(json.dumps({**asked, "minimum_age": 400}))
    for name in ("lying-footer", "cut-parquet", "no-info"):
        shutil.copytree(EXAMPLES / "lerobot_v30_g1", place / name)
    _lie(place / "lying-footer/data/chunk-000/file-000.parquet", by=50)
    table = place / "cut-parquet/data/chunk-000/file-000.parquet"
    table.write_bytes(table.read_bytes()[:-2000])
    (place / "no-info/meta/info.json").unlink()
    return place


def _lock_otherwise(wallets: Path) -> None:
    KeySigner.create().to_keystore(wallets / "foreign.json", "another password", cost=LOCAL_COST)


def _lie(path: Path, by: int) -> None:
    """Every row count in the footer of a Parquet file, raised (a zigzag varint of two bytes)."""
    rows, raw = pq.read_metadata(path).num_rows, bytearray(path.read_bytes())
    old, new = (bytes([2 * n & 127 | 128, 2 * n >> 7]) for n in (rows, rows + by))
    footer = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")
    raw[footer:] = raw[footer:].replace(old, new)
    path.write_bytes(raw)
    assert pq.read_metadata(path).num_rows == rows + by


def _state(place: Path) -> dict[str, str]:
    """Every file that matters: not the running chain's own, logs, nor SQLite's side files."""
    kept = (p for p in place.rglob("*") if p.is_file() and not {"chain", "log"} & set(p.relative_to(place).parts))
    return {
        str(p.relative_to(place)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in kept
        if p.suffix not in (".db-wal", ".db-shm", ".db")
    }


def _refused(words: str, says: str, home: Home, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = [word.format(dir=folder) for word in words.split()]
    before = _state(home.root), _state(folder)
    if "--home" not in line and line[0] != "up":
        line += ["--home", str(home.root)]
    if line[0] == "up":
        line += ["--home", str(folder / "out")]
    capsys.readouterr()
    code = app.run(line)
    said = capsys.readouterr()
    (last,) = [one for one in said.err.splitlines() if one.startswith("error: ")]
    assert code >= 2, said
    assert said.err.rstrip().endswith(last)
    assert says.format(dir=folder) in last
    assert "Fix: " in last
    assert "Traceback" not in said.err + said.out
    assert (_state(home.root), _state(folder)) == before
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [*MISSING, *BROKEN, *WRONG_KEY, *UNFUNDED, *UNKNOWN, *MISWRITTEN],
    ids=lambda v: v.replace(str(ROOT), ""),
)
def test_refused_in_one_line(
    words: str, says: str, home: Home, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _refused(words, says, home, folder, capsys)


@pytest.fixture(scope="module")
def dark(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same home with its chain gone: killed, as a power cut leaves it."""
    place = Home(tmp_path_factory.mktemp("dark") / "home")
    shutil.copytree(home.root, place.root, ignore=shutil.ignore_patterns("chain"))
    own = place.network.read_text()
    place.network.write_text(own.replace(local.read_network(home).rpc_url, "http://127.0.0.1:1"))
    return place


@pytest.mark.parametrize("words", CHAIN_DOWN, ids=lambda v: v.replace(str(ROOT), ""))
def test_chain_down(words: str, dark: Home, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _refused(words, "does not answer", dark, folder, capsys)


def test_no_network_yet(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in CHAIN_DOWN:
        line = [word.format(dir=folder) for word in words.split()]
        assert app.run([*line, "--home", str(tmp_path / "new")]) == 2
        assert "headwater up" in capsys.readouterr().err
        assert not (tmp_path / "new").exists()


def test_demo_on_a_dead_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["demo", "--home", str(tmp_path / "demo"), "--rpc-url", "http://127.0.0.1:1"]) == 2
    assert "does not answer" in capsys.readouterr().err


def until_final(home: Path) -> None:
    """Waits until what is the chain's head now is final, which is when it must survive a kill."""
    chain = local.contracts_of(Home(home)).chain
    head = chain.latest().number
    for _ in range(100):
        if chain.final_block().number >= head:
            return
        time.sleep(0.1)
    pytest.fail("no block became final")


def test_chain_killed_comes_back_with_up(tmp_path: Path) -> None:
    """The chain's process is killed: commands say so; ``up`` brings it back with everything in it."""
    home = tmp_path / "home"

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "headwater", *words, "--home", str(home)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    assert run("up").returncode == 0
    try:
        run("wallet", "new", "lab")
        run("wallet", "fund", "lab", "--dollars", "1000")
        made = run(*f"{NEW} --budget 50 --as lab".split())
        assert (made.returncode, made.stdout.strip()) == (0, "1"), made.stderr
        until_final(home)
        running = anvil.running(Home(home).chain)
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        down = run("campaign", "list")
        assert down.returncode == 2
        assert down.stderr.startswith("error: chain at http://127.0.0.1")
        assert run("up").returncode == 0
        assert "Humanoid bottle pick" in run("campaign", "list").stdout
    finally:
        local.down(Home(home))
