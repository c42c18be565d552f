"""Key holder processes: started, recognised, ended. Only a process with the recorded start tick is ever signalled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from headwater.node.errors import ProcessError
from headwater.node.home import Home
from headwater.node.local.network_file import HolderProcess, NetworkFile

_START_S = 30.0
_STOP_S = 5.0
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}  # kept so that one that ended is collected, not a zombie


def holder_alive(holder: HolderProcess) -> bool:
    """Whether this very process answers."""
    if not holder.pid or _start_of(holder.pid) != holder.started:
        return False
    try:
        answer = httpx.get(f"http://127.0.0.1:{holder.port}/health", timeout=2).json()
    except (httpx.HTTPError, ValueError):
        return False
    return isinstance(answer, dict) and answer.get("holder") == holder.address


def spawn_holder(home: Home, network: NetworkFile, holder: HolderProcess) -> subprocess.Popen[bytes]:
    """Starts a key holder's process without waiting for it."""
    folder = home.holder(holder.number)
    command = [sys.executable, "-m", "headwater", "holder", "up", "--home", str(home.root), str(holder.number)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter and arguments
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    _CHILDREN[process.pid] = process
    holder.pid, holder.started = process.pid, _start_of(process.pid)
    network.save(home)
    return process


def await_holder(home: Home, holder: HolderProcess, process: subprocess.Popen[bytes]) -> None:
    """Until a started holder answers.

    Raises:
        ProcessError: it does not come up; names its log.
    """
    deadline = time.monotonic() + _START_S
    while not holder_alive(holder):
        if process.poll() is not None or time.monotonic() > deadline:
            log = home.holder(holder.number) / "log"
            raise ProcessError(f"key holder {holder.number}", actual="did not come up", fix=f"see {log}")
        time.sleep(0.05)


def start_holder(home: Home, network: NetworkFile, holder: HolderProcess) -> None:
    """Starts a key holder and waits until it answers; ProcessError if it does not."""
    await_holder(home, holder, spawn_holder(home, network, holder))


def stop_holder(holder: HolderProcess) -> bool:
    """Ends a holder if it is still the process we started, gently, then by force; whether it was."""
    if not holder.pid or _start_of(holder.pid) != holder.started:
        return False
    os.kill(holder.pid, signal.SIGTERM)
    if not _gone(holder):
        os.kill(holder.pid, signal.SIGKILL)
        _gone(holder)
    return True


def _gone(holder: HolderProcess) -> bool:
    deadline = time.monotonic() + _STOP_S
    while _start_of(holder.pid) == holder.started:
        if time.monotonic() > deadline:
            return False
        _reap(holder.pid)
        time.sleep(0.02)
    return True


def _start_of(pid: int) -> str:
    """Start tick of a live process from /proc; empty if it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _reap(pid: int) -> None:
    child = _CHILDREN.get(pid)
    if child is not None and child.poll() is not None:
        del _CHILDREN[pid]
