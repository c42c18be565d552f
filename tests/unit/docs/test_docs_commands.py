"""Every command the documentation shows exists, with these options; every link between pages leads somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from headwater.cli.app import app

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "spec").glob("*.md")])
TREE: Any = typer.main.get_command(app)


def shown() -> Iterator[tuple[str, str]]:
    """(page, command line) of every line in a code block that calls headwater."""
    for page in PAGES:
        for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                if match := re.match(r"(?:\S*/)?headwater( [^#]*)", line):
                    yield page.name, match[1].strip()


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" not in target:
                yield page, target


def found(page: str, line: str) -> tuple[Any, list[str]]:
    """The command a line calls, and the words left for it."""
    command, words = TREE, shlex.split(line)
    while children := getattr(command, "commands", None):
        assert words, f"{page}: headwater {line} names a group, not a command"
        assert words[0] in children, f"{page}: no command {words[0]!r}"
        command = children[words.pop(0)]
    return command, words


@pytest.mark.parametrize(("page", "line"), sorted(set(shown())))
def test_command_exists_with_its_options(page: str, line: str) -> None:
    command, words = found(page, line)
    options = [param for param in command.params if param.param_type_name == "option"]
    known = {name for option in options for name in (*option.opts, *option.secondary_opts)} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= known
    assert all(set(option.opts) & set(words) for option in options if option.required)


@pytest.mark.parametrize(("page", "target"), sorted(set(links())))
def test_link_leads_somewhere(page: Path, target: str) -> None:
    assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_documentation_shows_the_road() -> None:
    verbs = {line.split()[0] for _, line in shown()}
    assert {"check", "submit", "settle", "claim", "buy", "load", "export", "audit"} <= verbs
