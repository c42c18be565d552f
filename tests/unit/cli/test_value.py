from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.cli.app import REFUSED, run
from headwater.client.spec_file import read_spec
from headwater.client.valuing import read_items
from headwater.primitives.errors import HeadwaterError
from headwater.records import codec
from headwater.records.campaign_spec import value_work
from headwater.records.valuing import HeldOut, commitment_of

HELD = "label,x\n0,0.5\n1,-2\n"
SPEC = {"name": "Picks", "modality": "robot_episode", "success": "It was picked."}


def committed(folder: Path, table: str = HELD) -> int:
    (folder / "held.csv").write_text(table)
    told = ["value", "commit", str(folder / "held.csv"), "--embedding", "one number/1", "--out", str(folder / "held")]
    return run(told)


def test_commitment_is_of_a_private_file_and_goes_into_the_spec(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert committed(tmp_path) == 0
    commitment = capsys.readouterr().out.strip()
    made = codec.decode(HeldOut, (tmp_path / "held").read_bytes())
    assert commitment == commitment_of(made).hex()
    assert (made.labels, made.width, (tmp_path / "held").stat().st_mode & 0o077) == ((0, 1), 1, 0)
    value = {"commitment": commitment, "embedding": "one number/1", "weight_bps": 2_500}
    (tmp_path / "spec.json").write_text(json.dumps({**SPEC, "value": value}))
    work = value_work(read_spec(tmp_path / "spec.json"))
    assert work is not None
    assert (work.commitment, work.weight_bps) == (commitment_of(made), 2_500)


def test_set_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert committed(tmp_path) == 0
    before = (tmp_path / "held").read_bytes()
    assert committed(tmp_path) == REFUSED
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "held").read_bytes() == before


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "empty"),
        ("x,label\n1,0\n", "columns label"),
        ("label\n1\n", "one a feature"),
        ("label,x\n", "one at least"),
        ("label,x\nno,1\n", "a whole number"),
        ("label,x\n1,two\n", "line 2"),
        ("label,x\n1,nan\n", "finite"),
        ("label,x,y\n1,2\n", "1 features"),
    ],
)
def test_table_that_is_no_held_out_set_is_refused(
    table: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert committed(tmp_path, table) == REFUSED
    assert told in capsys.readouterr().err
    assert not (tmp_path / "held").exists()


def test_item_twice_is_refused(tmp_path: Path) -> None:
    row = f"3,{'11' * 32},0,1.5\n"
    (tmp_path / "items.csv").write_text("item,contribution,label,x\n" + row)
    assert [one.item for one in read_items(tmp_path / "items.csv")] == [3]
    (tmp_path / "items.csv").write_text("item,contribution,label,x\n" + 2 * row)
    with pytest.raises(HeadwaterError, match="an item twice"):
        read_items(tmp_path / "items.csv")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"commitment": "12", "embedding": "a/1"}, "value.commitment"),
        ({"commitment": "11" * 32, "embedding": " "}, "value.embedding"),
        ({"commitment": "11" * 32, "embedding": "a/1", "weight_bps": 0}, "value.weight_bps"),
        ({"commitment": "11" * 32, "embedding": "a/1", "weight_bps": 10_001}, "value.weight_bps"),
        ({"commitment": "11" * 32}, "embedding"),
    ],
)
def test_value_part_without_sense_is_refused(value: dict[str, object], told: str, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({**SPEC, "value": value}))
    with pytest.raises(HeadwaterError, match=told):
        read_spec(tmp_path / "spec.json")
