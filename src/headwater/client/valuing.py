"""The value part of a pool: a requester's held-out set and statements, and what grades follow (spec/value.md).

Features come as tables, one row an example or an item: whatever turned content into numbers ran elsewhere, by the name
and version the spec commits to.
"""

from __future__ import annotations

import csv
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from headwater.chain import TransactionSigner
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.market.reward import FULL_GRADE
from headwater.market.valuing import Embedded, grade, hold_out, values
from headwater.primitives.eip712 import WalletCheck, check
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.ids import word_from_hex
from headwater.records import codec
from headwater.records.campaign_spec import ValueWork, value_work
from headwater.records.valuing import HeldOut, ItemValue, ItemValues, ValueStatement, commitment_of

_HELD, _ITEM = ("label",), ("item", "contribution", "label")


@dataclass(frozen=True)
class Said:
    """A statement with what it says; ``cid`` names the statement."""

    cid: str
    statement: ValueStatement
    values: ItemValues


def commit(table: Path, embedding: str, neighbours: int, out: Path) -> bytes:
    """Writes the held-out record of a table (``label``, then a column a feature) to a file only its owner reads.

    Returns:
        The commitment, 32 bytes.

    Raises:
        ClientError: a table that is none, or a file that is there already.
        ValuingError: what cannot be a held-out set.
    """
    rows = list(_rows(table, _HELD))
    if not rows:
        raise ClientError(f"table {table}", actual="no example", allowed="one at least")
    features = np.array([numbers for _, numbers in rows], dtype=np.float64)
    labels = [_whole(named["label"], f"{table}: label") for named, _ in rows]
    record = hold_out(embedding, features, labels, neighbours, secrets.token_bytes(32))
    try:
        out.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        fix = "name another file: a set that is lost cannot be shown to the court"
        raise ClientError(f"held-out set {out}", actual="is there already", allowed="a new file", fix=fix) from None
    out.write_bytes(codec.encode(record))
    return commitment_of(record)


def read_items(table: Path) -> list[Embedded]:
    """Items of a table (``item``, ``contribution`` in hex, ``label``, then a column a feature), ascending.

    Raises:
        ClientError: a table that is none, or an item twice.
    """
    found = [
        Embedded(
            _whole(named["item"], f"{table}: item"),
            word_from_hex(named["contribution"], f"{table}: contribution"),
            np.array(numbers, dtype=np.float64),
            _whole(named["label"], f"{table}: label"),
        )
        for named, numbers in _rows(table, _ITEM)
    ]
    if len({one.item for one in found}) < len(found):
        raise ClientError(f"table {table}", actual="an item twice", allowed="a row an item", fix="drop one")
    return sorted(found, key=lambda one: one.item)


def work_of(network: Network, campaign: int) -> ValueWork:
    """The value part of a campaign; ClientError if it has none."""
    work = value_work(network.spec(campaign))
    if work is None:
        fix = "name a campaign whose spec has a value part"
        raise ClientError(f"campaign {campaign}", actual="no value part", allowed="campaign-spec/3", fix=fix)
    return work


def state(
    network: Network, signer: TransactionSigner, campaign: int, held_out: HeldOut, rows: Sequence[Embedded], after: str
) -> Said:
    """Values the items that earlier statements did not, signs and stores what came of it.

    Args:
        rows: all items, those of earlier statements too: they are what the new ones are valued among.
        after: CID of the newest statement; empty for the first.

    Raises:
        ClientError: not the set that was committed to, not the requester, items that are not what was said of them
            before, or none left.
    """
    work, terms = work_of(network, campaign), network.ledger().campaign(campaign).terms
    if commitment_of(held_out) != work.commitment:
        fix = "give the file 'headwater value commit' wrote for this campaign"
        found, right = commitment_of(held_out).hex()[:16], work.commitment.hex()[:16]
        raise ClientError("held-out set", actual=found, allowed=f"{right}, which the spec commits to", fix=fix)
    if signer.address != terms.requester:
        raise ClientError("account", actual=signer.address, allowed=f"the requester, {terms.requester}")
    earlier = statements(network, after)
    before, items = parted(earlier, rows)
    anchored = network.contracts.campaigns.state(campaign).anchored
    if not items or items[-1].item >= anchored:
        actual = f"up to item {items[-1].item}" if items else "none that is new"
        raise ClientError("items to value", actual=actual, allowed=f"new ones, below {anchored}")
    told = values(held_out, before, items)
    previous = codec.digest(earlier[-1].statement) if earlier else ZERO_WORD
    plain = ValueStatement(campaign, signer.address, work.commitment, previous, codec.digest(told), b"")
    signed = replace(plain, signature=signer.sign_digest(plain.digest(network.contracts.campaigns_domain)))
    network.put(told)
    return Said(network.put(signed), signed, told)


def statements(network: Network, newest: str) -> list[Said]:
    """The statements up to one, oldest first; none for an empty name."""
    found: list[Said] = []
    while newest:
        statement = network.record(ValueStatement, newest)
        told = network.record(ItemValues, network.cid_of(statement.values))
        found.append(Said(newest, statement, told))
        newest = network.cid_of(statement.previous) if statement.previous != ZERO_WORD else ""
    return found[::-1]


def parted(earlier: Sequence[Said], rows: Sequence[Embedded]) -> tuple[list[Embedded], list[Embedded]]:
    """Rows that statements list already, and the others.

    Raises:
        ClientError: an item is missing, or is not what was said of it.
    """
    known = {line.item: line for said in earlier for line in said.values.items}
    before = [one for one in rows if one.item in known]
    for one in before:
        if one.valued(known[one.item].value) != known[one.item]:
            fix = "give its features as they were, made by the embedding the spec names"
            raise ClientError(f"item {one.item}", actual="other features, label or contribution than stated", fix=fix)
    missing = sorted(known.keys() - {one.item for one in before})
    if missing:
        fix = "give all items of earlier statements: the new ones are valued among them"
        raise ClientError("items", actual=f"without item {missing[0]}", allowed="every item stated before", fix=fix)
    items = [one for one in rows if one.item not in known]
    if known and items and items[0].item < max(known):
        raise ClientError("items", actual=f"item {items[0].item} new", allowed=f"new ones above {max(known)}")
    return before, items


def signed_gaps(
    network: Network, campaign: int, said: Said, before: Said | None, wallets: WalletCheck | None
) -> list[str]:
    """What is wrong with a statement for whoever has not seen the set."""
    work, terms = work_of(network, campaign), network.ledger().campaign(campaign).terms
    told, lines = said.statement, [line.item for line in said.values.items]
    last = before.values.items[-1].item if before and before.values.items else -1
    digest = told.digest(network.contracts.campaigns_domain)
    right = {
        f"of campaign {told.campaign}": told.campaign == campaign,
        f"by {told.requester}, not the requester": told.requester == terms.requester,
        "not signed by him": check(told.requester, digest, told.signature, wallets),
        "of a set the spec does not commit to": told.commitment == work.commitment,
        "not after the one before": told.previous == (codec.digest(before.statement) if before else ZERO_WORD),
        "not ascending from where the one before ended": all(
            a < b for a, b in zip([last, *lines], lines, strict=False)
        ),
        "a value above 10000": all(0 <= line.value <= 10_000 for line in said.values.items),
    }
    return [what for what, holds in right.items() if not holds]


def due_grades(stated: Sequence[Said], weight_bps: int) -> dict[int, tuple[ItemValue, int]]:
    """What statements say of each item, and the grade that follows; an item in none has ``FULL_GRADE``."""
    lines = (line for said in stated for line in said.values.items)
    return {line.item: (line, grade(line.value, weight_bps)) for line in lines}


def grade_of(network: Network, campaign: int, item: int, contribution: bytes, newest: str) -> int:
    """The grade a settlement must give an accepted item, by the newest statement it knows."""
    work = value_work(network.spec(campaign))
    due = due_grades(statements(network, newest), work.weight_bps) if work else {}
    line, made = due.get(item, (None, FULL_GRADE))
    return made if line is None or line.contribution == contribution else FULL_GRADE


def _rows(table: Path, named: tuple[str, ...]) -> Iterator[tuple[dict[str, str], list[float]]]:
    """Named columns as text, all others as numbers."""
    try:
        with table.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            head = next(reader, [])
            if tuple(head[: len(named)]) != named or len(head) == len(named):
                raise ClientError(
                    f"table {table}",
                    actual=", ".join(head[:4]) or "empty",
                    allowed=f"columns {', '.join(named)}, then one a feature",
                    fix="write them in the first line",
                )
            for number, row in enumerate(reader, start=2):
                yield dict(zip(named, row, strict=False)), _numbers(row[len(named) :], len(head) - len(named), number)
    except FileNotFoundError:
        raise ClientError(f"table {table}", actual="no such file", allowed="a CSV file") from None


def _numbers(texts: Sequence[str], width: int, line: int) -> list[float]:
    try:
        found = [float(text) for text in texts]
    except ValueError as error:
        raise ClientError(f"line {line}", actual=str(error), allowed="numbers", fix="correct that line") from None
    if len(found) != width:
        raise ClientError(f"line {line}", actual=f"{len(found)} features", allowed=f"{width}, as in the first line")
    return found


def _whole(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ClientError(what, actual=text, allowed="a whole number", fix="correct it") from None
