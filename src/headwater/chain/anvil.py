"""A local chain: anvil as a child process whose state outlives it.

Measured with anvil 1.7.1. It answers 0.05-0.1 s after starting, mines a transaction within 5 ms and an empty block a
second. State is written every ``STATE_INTERVAL_S`` and on a gentle stop; after kill -9 the loss is at most that much,
which is shorter than the two blocks to "finalized": what was final is on disk.
The file is truncated before each write, so a kill in that instant leaves half a file: we keep the last one that loaded
beside it. A restarted chain takes up the machine's time again and knows the state of no block before its head, so three
blocks are mined at once to give the "finalized" tag something to answer.

It is for demos and days, not for years: the file grows by 1.8 kB a block, and a transaction takes 9 ms on a new chain,
34 ms after 4,000 blocks, 73 ms after 10,000. Left to itself anvil also writes the state after every block to disk
(1.3 GB after 4,000), so only ``_STATES_KEPT`` are kept, in memory.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from headwater.chain.errors import AnvilError, ChainDownError, RpcError
from headwater.chain.rpc import LOCAL_CHAIN, Chain

STATE_INTERVAL_S = 1
_STATES_KEPT = 256
_START_S = 15.0
_STOP_S = 15.0
_PORT_TRIES = 3
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}  # kept so that one that ended is collected, not a zombie


@dataclass(frozen=True)
class Anvil:
    """A running local chain.

    Attributes:
        folder: holds ``anvil.json`` (pid file), ``state.json`` and ``anvil.log``.
        restored: the state file was damaged and the last good copy was used: newer blocks are gone.
    """

    folder: Path
    pid: int
    port: int
    restored: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether this very process runs and answers."""
        return _is_ours(self.pid, self.port) and _answers(self.url)

    def stop(self) -> None:
        """End it gently, so the state is saved; by force if it does not go.

        Raises:
            AnvilError: it cannot be ended.
        """
        if _is_ours(self.pid, self.port):
            os.kill(self.pid, signal.SIGTERM)
            if not _gone(self.pid, self.port, _STOP_S):
                os.kill(self.pid, signal.SIGKILL)
                if not _gone(self.pid, self.port, 2.0):
                    raise AnvilError(f"local chain, process {self.pid}", actual="does not end", fix="end it by hand")
        _keep_good(self.folder / "state.json")
        (self.folder / "anvil.json").unlink(missing_ok=True)


def start(
    folder: Path,
    *,
    detached: bool = False,
    block_time_s: int = 1,
    chain_id: int = LOCAL_CHAIN,
    state_interval_s: int = STATE_INTERVAL_S,
) -> Anvil:
    """Start the chain kept in ``folder``, or return the one already running there.

    Args:
        detached: let it outlive this process and its terminal.
        block_time_s: an empty block this often; transactions are mined at once all the same.
        state_interval_s: the whole state is written this often; what is younger is lost to a kill.

    Raises:
        AnvilError: no binary, unreadable state, or it does not come up.
    """
    if found := running(folder):
        return found
    binary = find_binary()
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "state.json"
    resumed, restored = state.exists(), _repair(state)
    for _ in range(_PORT_TRIES):
        port = _free_port()
        process = _spawn(binary, folder, port, (chain_id, block_time_s, state_interval_s), detached)
        anvil = Anvil(folder, process.pid, port, restored)
        if _comes_up(process, anvil.url):
            break
    else:
        log = (folder / "anvil.log").read_text(errors="replace").strip().splitlines()
        raise AnvilError("local chain", actual=log[0] if log else "ended at once", fix=f"see {folder / 'anvil.log'}")
    _CHILDREN[process.pid] = process
    _write_pid_file(anvil)
    if resumed:
        Chain(anvil.url).request("anvil_mine", "0x3")
    return anvil


def running(folder: Path) -> Anvil | None:
    """The chain whose pid file is in ``folder``, if it still runs and answers."""
    try:
        content = json.loads((folder / "anvil.json").read_text())
        anvil = Anvil(folder, int(content["pid"]), int(content["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return anvil if anvil.alive else None


def fund(chain: Chain, account: str, wei: int = 10**20) -> None:
    """Give an account gas money. Local chains only: no other node has the method.

    Raises:
        RpcError: the node is not anvil.
    """
    chain.request("anvil_setBalance", account, hex(wei))


def find_binary() -> Path:
    """The anvil to run: ``HEADWATER_ANVIL``, then ``node_modules`` above this package, then PATH.

    Never from the working directory, which may be anybody's. The npm package's launcher is a Node script that would
    stand between us and the process, so the binary it starts is taken instead.

    Raises:
        AnvilError: there is none.
    """
    if named := os.environ.get("HEADWATER_ANVIL"):
        if not Path(named).is_file():
            raise AnvilError("HEADWATER_ANVIL", actual=named, allowed="path of the anvil binary", fix="correct it")
        return Path(named)
    for root in Path(__file__).resolve().parents:
        if found := _beside(root / "node_modules" / "@foundry-rs"):
            return found
    if on_path := shutil.which("anvil"):
        launcher = Path(on_path).resolve()
        return _beside(launcher.parents[1]) or launcher
    fix = "run 'npm ci' in the repository, or install Foundry, or set HEADWATER_ANVIL; --rpc-url uses another chain"
    raise AnvilError("local chain", actual="no anvil binary", fix=fix)


def _beside(packages: Path) -> Path | None:
    """The binary of whichever platform package npm installed."""
    return next(iter(sorted(packages.glob("anvil-*/bin/anvil*"))), None)


def _spawn(
    binary: Path, folder: Path, port: int, numbers: tuple[int, int, int], detached: bool
) -> subprocess.Popen[bytes]:
    chain_id, block_time_s, state_interval_s = numbers
    command = [str(binary), "--silent", "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id)]
    command += ["--block-time", str(block_time_s), "--mixed-mining", "--slots-in-an-epoch", "1"]
    command += ["--state", str(folder / "state.json"), "--state-interval", str(state_interval_s)]
    command += ["--prune-history", str(_STATES_KEPT), "--cache-path", str(folder / "cache")]
    with (folder / "anvil.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603  # a binary we chose, an argument list, no shell
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=detached
        )


def _comes_up(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        if _answers(url):
            return True
        time.sleep(0.02)
    if process.poll() is None:
        process.kill()
    process.wait()
    return False


def _answers(url: str) -> bool:
    try:
        Chain(url, timeout_s=5).request("eth_chainId")
    except (ChainDownError, RpcError):
        return False
    return True


def _write_pid_file(anvil: Anvil) -> None:
    part = anvil.folder / ".anvil.json"
    content = asdict(anvil) | {"folder": str(anvil.folder), "url": anvil.url}
    part.write_text(json.dumps(content) + "\n")
    part.replace(anvil.folder / "anvil.json")


def _is_ours(pid: int, port: int) -> bool:
    """Whether the process is an anvil on our port: a pid alone may have been given to another since."""
    if child := _CHILDREN.get(pid):
        if child.poll() is None:
            return True
        del _CHILDREN[pid]
        return False
    try:
        shown = subprocess.run(  # noqa: S603
            ["ps", "-o", "stat=,command=", "-ww", "-p", str(pid)],  # noqa: S607  # POSIX, same words on macOS
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    except FileNotFoundError:
        return _exists(pid)
    return not shown.startswith("Z") and "anvil" in shown and f"--port {port} " in shown


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _gone(pid: int, port: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _is_ours(pid, port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _repair(state: Path) -> bool:
    """Make ``state`` loadable; whether an older copy had to take its place.

    Raises:
        AnvilError: it is damaged and there is no copy.
    """
    good = state.with_suffix(".good.json")
    if not state.exists() or _keep_good(state):
        return False
    if not good.exists():
        fix = f"move {state} away to start a new chain; what was on the old one is lost"
        raise AnvilError(f"chain state {state}", actual="damaged, and no older copy", fix=fix)
    shutil.copyfile(good, state)
    return True


def _keep_good(state: Path) -> bool:
    """Copy a state file that is whole beside itself; whether it was."""
    try:
        json.loads(state.read_bytes())
    except (OSError, ValueError):
        return False
    part = state.with_suffix(".part")
    shutil.copyfile(state, part)
    part.replace(state.with_suffix(".good.json"))
    return True
