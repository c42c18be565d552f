"""The journey, step by step: from a funded call for data to an audited sale."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from rich.console import Console

from headwater.chain import waiting
from headwater.checks import CheckReport
from headwater.client.audit import run_audit
from headwater.client.buy import buy, deliver
from headwater.client.campaign import Offer, fund
from headwater.client.claim import claim_all, dues, push_all
from headwater.client.errors import HoldersError
from headwater.client.review import vote
from headwater.client.submit import Consent
from headwater.client.training import asked_of
from headwater.client.watch import patrol
from headwater.demo import recordings
from headwater.demo.cast import (
    BUYER,
    FIRST_PERSON,
    LATECOMER,
    LAZY,
    LIAR,
    PARTS,
    REQUESTER,
    ROBOT,
    STRANGER,
    WATCHER,
    Part,
)
from headwater.demo.errors import DemoError
from headwater.demo.lying import settle_with_a_lie
from headwater.demo.outcomes import outcomes_of
from headwater.demo.result import DemoResult
from headwater.demo.show import Story
from headwater.demo.specs import FIRST_PERSON as FIRST_PERSON_SPEC
from headwater.demo.specs import HUMANOID
from headwater.demo.stage import Stage, fresh_home
from headwater.demo.training import train
from headwater.export import load
from headwater.export.conform import export_conformed
from headwater.formats import open_recording
from headwater.node import local
from headwater.node.gateway import LocalGateway
from headwater.node.operator.anchoring import anchor_pending
from headwater.node.operator.checking import check_pending
from headwater.node.operator.desk import Desk
from headwater.node.operator.proofs import AnchoredItem
from headwater.node.operator.publishing import publish
from headwater.node.operator.reviewing import Assignment, assignments
from headwater.node.operator.rounds import close_rounds
from headwater.node.operator.settling import release_final, settle
from headwater.node.operator.takeover import resettle, voided
from headwater.primitives.amounts import from_units
from headwater.records.licence import PRESETS
from headwater.records.vote import ACCEPT, REJECT, Evidence

REWARD = 10 * local.DOLLARS
CHALLENGE_S = 5
SHORT_LICENCE_S = 3
PRICES = ((50 * local.DOLLARS, 0), (5 * local.DOLLARS, SHORT_LICENCE_S))
CAMPAIGNS = (ROBOT, FIRST_PERSON)
OPERATORS = (("operator", ROBOT), ("operator", FIRST_PERSON), (LIAR, FIRST_PERSON))


def run_demo(root: Path, console: Console, *, rpc_url: str | None = None, keep: bool = False) -> DemoResult:
    """Plays the whole journey in a folder of its own.

    Args:
        rpc_url: another chain than a fresh local one (it must be a development chain: the demo mints its own dollars).
        keep: leave chain and holders running for a look around.

    Raises:
        DemoError: a step went another way than it must. Other HeadwaterErrors pass through.
    """
    result = DemoResult()
    home = fresh_home(root.absolute())
    journey = _Journey(Story(console, result), result)
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(2) as pool:
        made = recordings.make_all(recordings.source_folder(), Path(scratch), pool)
        try:
            with journey.story.step("Start a chain, deploy the contracts, start three key holders"):
                contracts = local.up(home, rpc_url=rpc_url, say=journey.story.say)
                journey.stage = Stage.set(home, contracts, pool)
            journey.play(made)
        finally:
            if not keep and home.network.exists():
                local.down(home)
    return result


class _Journey:
    stage: Stage

    def __init__(self, story: Story, result: DemoResult) -> None:
        self.story = story
        self.result = result
        self.digests: dict[bytes, Part] = {}

    def play(self, made: Mapping[str, Future[Path]]) -> None:
        """Everything after the network stands."""
        with self.story.step("A requester funds two calls for data, one transaction each"):
            self.fund()
        with self.story.step("Contributors check, encrypt, sign and hand in; they hold no gas"):
            self.submit(made)
        with self.story.step("Operators anchor blinded commitments, get keys from the holders, check"):
            self.anchor_and_check()
        with self.story.step("Reviewers drawn by stake commit and reveal where the checks leave doubt"):
            self.review()
        with self.story.step("Settle in batches; a lying operator is proven wrong and slashed"):
            self.settle()
        with self.story.step("The challenge window passes; contributors are paid"):
            self.pay()
        with self.story.step("The accepted episodes become dataset versions on chain"):
            self.publish()
        with self.story.step("A buyer pays once, gets keys from 2 of 3 holders, decrypts at home"):
            bought = self.sell()
        with self.story.step("Export as LeRobot v3.0, load frame by frame, train"):
            self.train(bought)
        with self.story.step("Contributors claim their share of the sales"):
            self.share()
        with self.story.step("Audit everything from chain and storage alone"):
            self.audit()
        self.story.summary()

    def fund(self) -> None:
        offer = Offer(
            token=local.dollar_of(self.stage.contracts),
            unit_reward=REWARD,
            budget=40 * REWARD,
            deadline_s=3_600,
            settle_window_s=60,
            challenge_window_s=CHALLENGE_S,
            lapse_window_s=120,
        )
        for spec in (HUMANOID, FIRST_PERSON_SPEC):
            opened = fund(self.stage.network, self.stage.wallet(REQUESTER), spec, PRESETS[1], offer)
            self.result.gas["launch a campaign"] = opened.gas_used
            self.story.say(f"campaign {opened.id}: {spec.name}, {_usd(REWARD)} an episode, room for {opened.room}")

    def submit(self, made: Mapping[str, Future[Path]]) -> None:
        for part in PARTS:
            path = made[part.recording].result(timeout=300)
            sender = self.stage.submitter(part.who, part.operator)
            episode = open_recording(path)[part.episode]
            sent = sender.submit(episode, part.campaign, Consent(), check=part.good)
            self.digests[sent.digest] = part
            checked = "checked at home, " if sent.report else ""
            self.story.say(f"{part.who}: {part.title} ({checked}{sent.size_bytes / 1e6:.1f} MB encrypted)")
        for who in {part.who for part in PARTS}:
            if self.stage.contracts.chain.balance(self.stage.wallet(who).address):
                raise DemoError(f"{who}'s balance", actual="some gas money", allowed="0: contributors need none")

    def anchor_and_check(self) -> None:
        for operator, campaign in OPERATORS:
            anchored = anchor_pending(self.stage.desk(operator), campaign)
            count = sum(a.count for a in anchored)
            self.story.say(f"{operator} anchored {count} of campaign {campaign} in {len(anchored)} transaction")
        for operator, campaign in OPERATORS:
            check_pending(self.stage.desk(operator), campaign, self._checked)

    def _checked(self, item: AnchoredItem, report: CheckReport) -> None:
        who = self.digests[item.digest].who
        worst = report.defects[0].rule if report.defects else "no defect"
        self.story.say(f"item {item.item} ({who}): {worst}, llr {report.llr_milli / 1000:+.2f}")

    def review(self) -> None:
        for operator, campaign in OPERATORS:
            desk, rounds, votes = self.stage.desk(operator), 0, 0
            while asked := assignments(desk, campaign):
                for assignment in asked:
                    self._vote(desk, assignment)
                votes += len(asked)
                rounds += close_rounds(desk, campaign)
            self.story.say(
                f"campaign {campaign}, items of {operator}: {votes} votes in {rounds} rounds, "
                "each committed on chain before it counts"
            )

    def _vote(self, desk: Desk, asked: Assignment) -> None:
        """What a persona votes: the truth, but for the lazy one, who always accepts."""
        part = self.digests[desk.digest_of(asked.campaign, asked.item)]
        who = self.stage.name_of(asked.reviewer)
        verdict = ACCEPT if part.good or who == LAZY else REJECT
        evidence = () if verdict == ACCEPT else (Evidence("task-not-shown", 0, 1_500),)
        comment = "" if verdict == ACCEPT else part.title
        domain, gateway = self.stage.contracts.campaigns_domain, LocalGateway(desk)
        signer = self.stage.wallet(who)
        vote(domain, signer, gateway, asked.campaign, asked.item, asked.round, verdict, evidence, comment)

    def settle(self) -> None:
        desk, liar = self.stage.desk("operator"), self.stage.desk(LIAR)
        for campaign in CAMPAIGNS:
            posted = settle(desk, campaign)
            if posted is None:
                raise DemoError(f"campaign {campaign}", actual="nothing to settle")
            self.story.say(
                f"campaign {campaign}: {posted.count} verdicts, {_usd(posted.total)} to pay, final in {CHALLENGE_S} s"
            )
        settle_with_a_lie(liar, FIRST_PERSON)
        self.story.say(f"{LIAR} settles his item as accepted, against its own checks")
        proven = patrol(self.stage.network, self.stage.wallet(WATCHER))
        if len(proven) != 1:
            raise DemoError("the watcher", actual=f"{len(proven)} faults proven", allowed="1")
        self.result.gas["prove a fault"] = proven[0].gas_used
        fault = proven[0].fault
        self.story.say(f"{WATCHER} proves it on chain ({fault.function}): settlement void, {LIAR} slashed")
        for facts in voided(desk, FIRST_PERSON):
            resettle(desk, facts)
        self.story.say("the honest operator settles the item by the rule")

    def pay(self) -> None:
        ledger = self.stage.network.ledger()
        last = max(s.posted.final_at for c in CAMPAIGNS for s in ledger.standing(c))
        waiting.for_time(self.stage.contracts.chain, last)
        relayer = self.stage.wallet("operator")
        first = self.stage.wallet("ada").address
        claimed = claim_all(self.stage.network, relayer, first)
        self.story.say(f"ada claims {_usd(sum(d.amount for d in claimed))} with one proof, gas paid by a relayer")
        for campaign in CAMPAIGNS:
            push_all(self.stage.network, relayer, campaign)
            release_final(self.stage.desk("operator"), campaign)
        self.story.say("everybody else is paid by push; bonds and deposits are released")
        self.result.outcomes = outcomes_of(self.stage, self.digests)
        rejected = [o for o in self.result.outcomes if o.verdict == "rejected"]
        for o in rejected:
            first, _, more = o.reason.partition(" Also: ")
            self.story.say(f"{o.who} sees: {first}" + (f" (+{more.count(' Also: ') + 1} more)" if more else ""))
        self.story.say(rejected[0].appeal)

    def publish(self) -> None:
        for campaign, text in ((ROBOT, "Real G1 episodes, verified."), (FIRST_PERSON, "First-person video with IMU.")):
            made = publish(self.stage.desk("operator"), campaign, text, PRICES)
            version = made.version
            self.story.say(
                f"dataset {version.dataset}@{version.number}: {version.episodes} episodes, "
                f"{version.shares} shareholders, {_usd(PRICES[0][0])} for ever"
            )

    def sell(self) -> Path:
        network, home = self.stage.network, self.stage.home
        late = buy(network, self.stage.wallet(LATECOMER), 1, 1, 1, None, purpose="research", region="FR")
        file = local.read_network(home)
        local.stop_holder(file.holders[0])
        self.story.say("key holder 1 is down")
        bought = buy(
            network, self.stage.wallet(BUYER), 1, 1, 0, 60 * local.DOLLARS, purpose="commercial-training", region="DE"
        )
        self.result.gas["buy a licence"] = bought.gas_used
        declared = f"{bought.purpose} in {bought.region}"
        self.story.say(f"{BUYER} bought dataset 1@1 for {_usd(bought.price)} in one transaction, declaring {declared}")
        got = deliver(network, self.stage.wallet(BUYER), 1, 1, bought.licence, home.purchases / BUYER)
        for fault in got.faults:
            self.story.say(f"holder {fault.index} did not answer; two of three are enough")
        self.story.say(f"{len(got.episodes)} episodes decrypted on {BUYER}'s own machine")
        self.refused(STRANGER, bought.licence, "a stranger")
        expiry = network.contracts.licences.expiry(self.stage.wallet(LATECOMER).address, late.licence)
        waiting.for_time(self.stage.contracts.chain, expiry + 1)
        self.refused(LATECOMER, late.licence, f"{LATECOMER}'s expired licence")
        local.start_holder(home, file, file.holders[0])
        self.result.facts["delivered"] = [str(e.source.root.relative_to(home.root)) for e in got.episodes]
        return home.purchases / BUYER

    def refused(self, who: str, licence: int, what: str) -> None:
        try:
            deliver(self.stage.network, self.stage.wallet(who), 1, 1, licence, self.stage.home.work / who)
        except HoldersError as error:
            if "no valid licence on chain" not in error.line():
                raise
            self.story.say(f"{what} is refused: no valid licence on chain")
            return
        raise DemoError(what, actual="got the keys", allowed="a refusal")

    def train(self, bought: Path) -> None:
        episodes = [open_recording(folder)[int(number)] for folder, number in self._delivered(bought)]
        asked = asked_of(self.stage.network, 1, 1)
        report, how = export_conformed(
            asked.spec, episodes, self.stage.home.root / "export", labels=asked.contributions
        )
        self.story.say(
            f"{report.episodes} episodes, {report.frames} frames; "
            f"{report.copied} videos copied, {len(report.reencoded)} re-encoded; "
            f"{len(how.maps)} map(s) bring them to the campaign's spec, kept in conform.json"
        )
        model = train(load(report.root))
        self.story.say(
            f"behaviour cloning on {model.frames} frames: held-out error {model.error:.4f}, "
            f"mean action {model.error_of_mean:.4f} ({model.explained:.0%} explained)"
        )
        self.result.facts |= {"frames": model.frames, "explained": round(model.explained, 3)}

    def _delivered(self, bought: Path) -> list[tuple[Path, int]]:
        rows = self.stage.network.ledger().version(1, 1).version
        manifests = self.stage.network.episodes_of(rows)
        return [(bought / f"episode-{n:06d}", m.episode) for n, m in enumerate(manifests)]

    def share(self) -> None:
        relayer, chain = self.stage.wallet("operator"), self.stage.contracts.chain
        key = self.stage.network.ledger().version(1).version.key
        waiting.for_time(chain, self.stage.contracts.datasets.sales(key).unlock_at)
        for outcome in self.result.outcomes:
            account = self.stage.wallet(outcome.who).address
            claim_all(self.stage.network, relayer, account)
            shares = [d for d in dues(self.stage.network, account) if d.source.startswith("dataset") and d.paid]
            outcome.sale_share = _number(sum(d.amount for d in shares))
        for who in dict.fromkeys(o.who for o in self.result.outcomes if o.sale_share != "0"):
            amount = next(o.sale_share for o in self.result.outcomes if o.who == who)
            self.story.say(f"{who} gets ${amount} of the sales")

    def audit(self) -> None:
        report = run_audit(self.stage.contracts, self.stage.blobs)
        self.result.audit_passed, self.result.audit_claims = report.passed, len(report.claims)
        for claim in report.claims:
            if claim.status == "FAIL":
                self.story.say(f"FAIL {claim.id}: {claim.title}: {claim.actual}, must be {claim.expected} {claim.leaf}")


def _usd(units: int) -> str:
    return f"${_number(units)}"


def _number(units: int) -> str:
    return from_units(units, 6)
