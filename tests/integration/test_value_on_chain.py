"""A pool that pays by value: committed, stated, settled by it, claimed; and what a lying requester comes to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.conftest import Town
from tests.integration.test_audit_on_chain import BUDGET, Clip
from tests.integration.test_pools_on_chain import FLOOR, POOL, PoolCampaign, desk_of

from headwater.chain import events as ev
from headwater.chain.structs import Terms, settlement_key
from headwater.client.audit.value import audit_value
from headwater.client.campaign import Offer, fund
from headwater.client.claim import claim_all
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.client.valuing import Said, commit, grade_of, read_items, state
from headwater.market import draft, pool_part, value
from headwater.market.valuing import Embedded
from headwater.node.database import open_database
from headwater.node.operator.closing import close_due
from headwater.node.operator.desk import Desk
from headwater.node.operator.grading import grade_in, grades, tell_values
from headwater.primitives.cid import Cid, cid_digest
from headwater.records import codec
from headwater.records.campaign_spec import ValueCampaignSpec, ValueWork
from headwater.records.licence import PRESETS
from headwater.records.valuing import HeldOut, ItemValues, ValueStatement
from headwater.records.verdict import Verdict

pytestmark = pytest.mark.chain
EXAMPLES = "label,x,y\n0,0,0\n0,1,0\n1,9,9\n1,9,8\n"
OTHERS = "label,x,y\n1,0,0\n1,1,0\n2,9,9\n2,9,8\n"


class ValueCampaign(PoolCampaign):
    """A pool campaign whose spec commits to a held-out set; half of a grade is value."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.held = folder / "held"
        (folder / "held.csv").write_text(EXAMPLES)
        self.commitment = commit(folder / "held.csv", "two numbers/1", 2, self.held)
        super().__init__(town)

    def _fund(self) -> tuple[Terms, int]:
        terms, _ = super()._fund()
        work = ValueWork(self.commitment, "two numbers/1", 5_000)
        asked = ("Pick", "pick", "robot_episode", (), (), (), 0, 0, 0, (), "It was picked.", (), (), ())
        terms = replace(terms, spec_digest=cid_digest(self.put(ValueCampaignSpec(*asked, work))))
        dollar, campaigns = self.c.local_dollar, self.c.campaigns
        dollar.mint(self.town.deployer, self.requester.address, BUDGET)
        dollar.approve(self.requester, campaigns.address, BUDGET)
        return terms, campaigns.fund(self.requester, terms, BUDGET).only(ev.Funded).campaign

    @property
    def set_(self) -> HeldOut:
        return codec.decode(HeldOut, self.held.read_bytes())

    def graded(self, verdict: Verdict, network: Network, newest: str) -> Verdict:
        made = grade_of(network, self.id, verdict.item, verdict.contribution, newest)
        worth = value(verdict.llr, verdict.prior, verdict.votes, threshold=0, unit_reward=0, grade=made)
        return replace(verdict, grade=made, score=worth.score, reward=type(verdict.reward)(0))


def items_of(clips: list[Clip], folder: Path) -> Path:
    """The first item is where its label is at home, no example has the second's."""
    rows = [f"{clip.item},{clip.digest.hex()},{2 * clip.item},{9 * clip.item},{9 * clip.item}" for clip in clips]
    (folder / "items.csv").write_text("\n".join(["item,contribution,label,x,y", *rows]) + "\n")
    return folder / "items.csv"


def forged(campaign: ValueCampaign, said: Said, network: Network, **changed: object) -> Cid:
    """A statement the requester signed himself, by hand and not by our code."""
    plain = replace(said.statement, **changed)  # type: ignore[arg-type]
    digest = plain.digest(network.contracts.campaigns_domain)
    return network.put(replace(plain, signature=campaign.requester.sign_digest(digest)))


def test_a_pool_by_value_and_the_lies_of_its_requester(town: Town, tmp_path: Path) -> None:
    campaign = ValueCampaign(town, tmp_path)
    c, number, network = campaign.c, campaign.id, Network(campaign.c, campaign.blobs)
    clips = [campaign.clip(n, bytes([n + 1]) * 4000) for n in (0, 1)]
    anchor, seed = campaign.anchor(clips)
    rows = read_items(items_of(clips, tmp_path))

    # In price mode the one who states values would pay by them.
    priced = Offer(campaign.terms.token, 1, BUDGET, 600, 2, 30, 120)
    with pytest.raises(ClientError, match="pool mode"):
        fund(network, campaign.requester, network.spec(number), PRESETS[1], priced)

    # The attack: he has seen the data, and values by a set in which other labels are right.
    (tmp_path / "others.csv").write_text(OTHERS)
    commit(tmp_path / "others.csv", "two numbers/1", 2, tmp_path / "others")
    other = codec.decode(HeldOut, (tmp_path / "others").read_bytes())
    with pytest.raises(ClientError, match="which the spec commits to"):
        state(network, campaign.requester, number, other, rows, "")
    with pytest.raises(ClientError, match="the requester"):
        state(network, campaign.op, number, campaign.set_, rows, "")
    said = state(network, campaign.requester, number, campaign.set_, rows, "")
    assert [line.value for line in said.values.items] == [10_000, 0]
    with pytest.raises(ClientError, match="none that is new"):
        state(network, campaign.requester, number, campaign.set_, rows, said.cid)
    with pytest.raises(ClientError, match="without item 1"):
        state(network, campaign.requester, number, campaign.set_, rows[:1], said.cid)

    verdicts = [campaign.graded(v, network, said.cid) for v in campaign.verdicts(clips, anchor, seed)]
    assert [v.grade for v in verdicts] == [100, 50]
    made = draft(
        c.chain.chain_id,
        c.settlement.address,
        settlement_key(number, 0, 0),
        campaign.terms,
        campaign.op.address,
        verdicts,
    )
    campaign.settle(campaign.op, made, clips, anchor, [])
    shown = (campaign.set_, rows)
    assert audit_value(network, number, said.cid, shown).verdict() == "AUDIT PASS"
    assert not audit_value(network, number, said.cid).failures
    campaign.audit()

    def failed(newest: str, told: tuple[HeldOut, list[Embedded]] | None = shown) -> set[str]:
        return {
            claim.id.removeprefix(f"value/{number}/") for claim in audit_value(network, number, newest, told).failures
        }

    # By hand he can sign what he likes: it shows, most of it to whoever never saw the set.
    upside_down = ItemValues(tuple(replace(line, value=10_000 - line.value) for line in said.values.items))
    network.put(upside_down)
    lie = forged(campaign, said, network, values=codec.digest(upside_down))
    assert failed(lie) == {"statement/0/values", "item/1/grade"}
    moved = forged(campaign, said, network, commitment=codec.digest(other))
    assert failed(moved, None) == {"statement/0"}
    assert failed(moved, (other, rows)) == {"statement/0", "statement/0/values"}
    stranger = ValueStatement(number, campaign.op.address, campaign.commitment, bytes(32), said.statement.values, b"")
    digest = stranger.digest(c.campaigns_domain)
    stolen = network.put(replace(stranger, signature=campaign.op.sign_digest(digest)))
    assert failed(stolen, None) == {"statement/0"}

    # An operator is told, refuses what is not the requester's, and grades by the rest.
    made_for = open_database(tmp_path / "operator.db")
    desk = Desk(c, campaign.blobs, campaign.op, made_for, tmp_path)
    assert grades(desk, number) == {}
    for wrong in (str(stolen), str(moved)):
        with pytest.raises(ClientError, match="the requester's own"):
            tell_values(desk, number, wrong)
    assert tell_values(desk, number, said.cid) == len(clips)
    due = grades(desk, number)
    assert [grade_in(due, clip.item, clip.digest) for clip in clips] == [100, 50]
    assert grade_in(due, clips[1].item, clips[0].digest) == 100  # another contribution than was stated
    with pytest.raises(ClientError, match="not after"):
        tell_values(desk, number, str(lie))
    assert failed("", None) == {"item/1/grade"}  # half of his pay was taken, and nobody stated why

    town.skip(700)
    assert close_due(desk_of(campaign, campaign.op, tmp_path), number)
    town.skip(campaign.terms.challenge_window)
    weights = [item.share_weight for item in made.items]
    assert weights[1] == weights[0] // 2
    for person, weight in zip(campaign.people, weights, strict=True):
        claim_all(network, campaign.op, person.address)
        assert c.local_dollar.balance(person.address) == pool_part(POOL, weight, sum(weights), FLOOR)
    campaign.audit()
