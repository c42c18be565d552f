"""``spec/registry.md`` lists what the code registers, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headwater.checks import all_rules
from headwater.checks.llr import weights
from headwater.formats.units import NORMALISED, UNITS
from headwater.records.licence import PRESETS
from headwater.records.manifest import SCHEMA_MODALITIES
from headwater.records.purposes import PURPOSES
from headwater.records.regions import REGIONS
from headwater.records.release import Role

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "spec" / "registry.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    return PAGE.partition(f"## {title}")[2].partition("\n## ")[0]


def test_rules_and_their_versions() -> None:
    listed = re.findall(r"^\| `(.+?)` \| (\d+) \|", _section("Finding rules"), re.MULTILINE)
    assert listed == [(rule.id, str(rule.version)) for rule in all_rules()]


def test_suite_version() -> None:
    assert f"The rules of suite {weights().suite}:" in _section("Finding rules")


def test_presets_and_what_they_allow() -> None:
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (\w+) \| (\w+) \|$", _section("Licence presets"), re.MULTILINE)
    word = {True: "yes", False: "no"}
    made = [(p.id, ", ".join(p.purposes), word[p.redistribution], word[p.attribution]) for p in PRESETS]
    assert rows == made


@pytest.mark.parametrize(
    ("title", "names"),
    [("Modalities", SCHEMA_MODALITIES), ("Release roles", tuple(Role))],
)
def test_small_vocabularies(title: str, names: tuple[str, ...]) -> None:
    text = _section(title).partition("\n")[2].partition(";")[0]
    found = re.findall(r"(?:^|\| |, )`([\w-]+)`", text, re.MULTILINE)
    assert sorted(found) == sorted(names)


def test_units_by_quantity() -> None:
    rows = re.findall(r"^\| ([a-z' ]+) \| (`.+`) \|$", _section("Units"), re.MULTILINE)
    listed = {quantity: re.findall(r"`(.+?)`", names) for quantity, names in rows}
    assert listed.pop("a share of the joint's own range") == [*NORMALISED]
    assert [name for names in listed.values() for name in names] == [*UNITS]
    assert all(UNITS[name].quantity == quantity for quantity, names in listed.items() for name in names)
    assert all(UNITS[names[0]].factor == 1 and not UNITS[names[0]].offset for names in listed.values())


def test_purposes_and_their_bits() -> None:
    rows = re.findall(r"^\| (\d+) \| `(.+?)` \|", _section("Purposes"), re.MULTILINE)
    assert rows == [(str(bit), name) for bit, name in enumerate(PURPOSES)]


def test_regions_and_their_bits() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+?) \|$", _section("Regions"), re.MULTILINE)
    listed: list[str] = []
    for first, codes in rows:
        assert int(first) == len(listed)
        listed += re.findall(r"`([A-Z]{2})`", codes)
    assert tuple(listed) == REGIONS


def test_every_tag_in_the_sources_is_listed() -> None:
    sources = [*(ROOT / "src/headwater").rglob("*.py"), *(ROOT / "contracts/src").rglob("*.sol")]
    used = {tag for path in sources for tag in re.findall(r"headwater\.[a-z-]+\.v\d", path.read_text(encoding="utf-8"))}
    assert used == set(re.findall(r"headwater\.[a-z-]+\.v\d", _section("Tags")))
