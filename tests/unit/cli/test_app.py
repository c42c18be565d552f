"""The frame: every verb answers --help, errors are one line, numbers are exit codes, help needs no heavy import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup

from headwater.cli import app
from headwater.primitives.errors import HeadwaterError

VERBS = {
    "audit",
    "buy",
    "campaign",
    "challenge",
    "check",
    "claim",
    "demo",
    "down",
    "earnings",
    "export",
    "holder",
    "load",
    "publish",
    "review",
    "search",
    "settle",
    "show",
    "status",
    "submissions",
    "submit",
    "up",
    "wallet",
    "watch",
    "withdraw",
}
HEAVY = ("numpy", "pyarrow", "av", "cv2", "web3", "sqlalchemy", "cryptography", "fastapi", "httpx")


def commands(group: TyperGroup, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command path of the application."""
    for name, command in group.commands.items():
        yield (*above, name)
        if isinstance(command, TyperGroup):
            yield from commands(command, (*above, name))


def tree() -> list[tuple[str, ...]]:
    made = typer.main.get_command(app.app)
    assert isinstance(made, TyperGroup)
    return list(commands(made))


def test_every_verb_of_the_issue_is_there() -> None:
    assert {path[0] for path in tree()} >= VERBS


@pytest.mark.parametrize("path", tree(), ids=" ".join)
def test_help_says_something(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([*path, "--help"]) == 0
    assert "Usage:" in capsys.readouterr().out


@pytest.mark.parametrize("path", [p for p in tree() if p[0] not in ("holder", "up", "down", "submit", "demo")])
def test_read_verbs_speak_json(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    reads = {"list", "show", "search", "status", "submissions", "earnings", "audit", "check", "item", "dataset"}
    if path[-1] in reads and path != ("show",):
        app.run([*path, "--help"])
        assert "--json" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from headwater.cli import app; app.run(['--help']); sys.stderr.write(' '.join(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not set(HEAVY) & set(ended.stderr.split())


@pytest.mark.parametrize(
    ("raised", "code", "says"),
    [
        (HeadwaterError("lamp", actual="dark", allowed="light", fix="turn it on"), 2, "error: lamp; found dark;"),
        (HeadwaterError("two\nlines"), 2, "error: two lines"),
        (PermissionError(13, "Permission denied", "/x"), 2, "error: /x: Permission denied"),
        (ZeroDivisionError("oh"), 3, "error: unexpected ZeroDivisionError: oh"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_errors_are_one_line(
    raised: BaseException, code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise raised

    monkeypatch.setattr(app, "app", broken)
    monkeypatch.delenv("HEADWATER_TRACEBACK", raising=False)
    assert app.run([]) == code
    said = capsys.readouterr()
    assert said.err.startswith(says)
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize(
    "words", [["nonsense"], ["check"], ["check", "--nonsense"], ["review", "vote", "1/1", "maybe", "--as", "x"]]
)
def test_misused_commands_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert "Fix: see 'headwater" in said
