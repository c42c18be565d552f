"""Real votes: the rule against majority, against crowd-kit's methods, and how few votes it needs.

Set-up. Seeds 0 to 39; ``random.Random("SET:SEED")`` draws a tenth of the items with a known truth as gold, then the
order of each item's voters, then the order of items. Gold is not scored; a tie of n classes counts 1/n, on every side.
All figures are means over seeds, in points of a hundred; *sd* is over seeds, of the paired difference.

- *rule*: all votes, records from all answers to gold. *Rule, gold on the way*: the same, but an item is judged with the
  records of gold items that came before it.
- *adaptive stop*: ``paced`` by a budget of three votes an item. *Greatest doubt*: the same budget ``within`` all items
  at once. *Stop at .95*: ``until_sure``, as the protocol asks; its votes are what it costs, it has no budget to keep.
  All count every vote on gold and divide by the items that are not gold. Against the majority of the first five votes,
  which has no gold and pays none. Seeds 0 to 199: by 40 the mean's own error is as large as the goal.
- crowd-kit: all votes, no gold (it learns from agreement), scored on the same items; *with gold* Dawid-Skene is given
  the same gold. GLAD, MACE and *with gold* are left out above 20,000 answers: they take minutes.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from crowd_asking import Asking, Spent, drawn, fixed, paced, until_sure, within
from crowd_peers import MAKERS
from crowd_sets import CrowdSet, sets
from headwater.review.inference import Consensus, Records, RuleOfClasses, sums
from report import ROOT, Goal, Row

SEEDS, STOP_SEEDS = range(40), range(200)
BUDGET = 3.0
SLOW, SLOW_ABOVE = ("GLAD", "MACE"), 20_000
PYTHON = ROOT / ".venv-crowd" / "bin" / "python"


def rows(data: Path) -> Iterator[Row]:
    """Every set in ``data``, one after the other."""
    for set_ in sets(data):
        yield from of_set(set_, [drawn(set_, seed) for seed in SEEDS])


def of_set(set_: CrowdSet, askings: Sequence[Asking]) -> Iterator[Row]:
    """The rows of one set."""
    all_votes = [fixed(asking, len(set_.given)) for asking in askings]
    rule = [ruled(asking) for asking in askings]
    yield from against(f"{set_.name}: rule", rule, "majority of all votes", all_votes, Goal(">=", -0.3))
    yield from against(
        f"{set_.name}: rule, gold on the way", [on_the_way(asking) for asking in askings], "majority", all_votes
    )
    yield from stopping(set_)
    yield from peers(set_, askings, rule)


def stopping(set_: CrowdSet) -> Iterator[Row]:
    """What votes cost and bring: the adaptive stop has the goals, the others stand beside it."""
    askings = [drawn(set_, seed) for seed in STOP_SEEDS]
    five = [fixed(asking, 5) for asking in askings]
    ways: dict[str, tuple[Callable[[Asking], Spent], bool]] = {
        "adaptive stop": (lambda asking: paced(asking, BUDGET), True),
        "greatest doubt": (lambda asking: within(asking, BUDGET), False),
        "stop at .95": (until_sure, False),
    }
    for name, (way, bound) in ways.items():
        spent = [way(asking) for asking in askings]
        title = f"{set_.name}: {name}"
        right, votes = (Goal(">=", -0.2), Goal("<=", BUDGET)) if bound else (None, None)
        yield from against(title, [s.right for s in spent], "majority of five", five, right)
        yield Row(f"{title}, votes", round(fmean(s.votes for s in spent), 2), "an item", votes)
        yield Row(f"{title}, votes: sd", round(stdev(s.votes for s in spent), 2), "an item")
        yield Row(f"{title}, votes but gold's", round(fmean(s.votes_without_gold for s in spent), 2), "an item")


def ruled(asking: Asking) -> float:
    """Share right by the rule over all votes."""
    return scored(asking, RuleOfClasses()(asking.answers))


def on_the_way(asking: Asking) -> float:
    """Share right when each item is judged with what gold before it taught."""
    records, found, count = Records(), {}, len(asking.set_.classes)
    for item, voters in asking.voters.items():
        found[item] = sums({w: (v, records.of(w).weight(count)) for w, v in voters}, asking.set_.classes)
        if (truth := asking.answers.gold.get(item)) is not None:
            for worker, value in voters:
                records.learn(worker, int(value == truth), int(value != truth))
    return asking.right(found)


def scored(asking: Asking, found: Consensus[str]) -> float:
    """Share right of open items; a tie of n counts 1/n where the truth is among them."""
    truth, said = asking.set_.truth, {item: (agreed.value, *agreed.ties) for item, agreed in found.items()}
    return fmean((truth[item] in said[item]) / len(said[item]) for item in asking.open_ if item in truth)


def against(title: str, own: Sequence[float], peer: str, other: Sequence[float], goal: Goal | None = None) -> list[Row]:
    """Share right of both sides, and the difference with its spread."""
    apart = [100 * (a - b) for a, b in zip(own, other, strict=True)]
    return [
        Row(title, percent(own), "% right", None, peer, percent(other)),
        Row(f"{title}, less {peer}", round(fmean(apart), 2), "points", goal),
        Row(f"{title}, less {peer}: sd", round(stdev(apart), 2), "points"),
    ]


def percent(shares: Sequence[float]) -> float:
    return round(100 * fmean(shares), 2)


def peers(set_: CrowdSet, askings: Sequence[Asking], rule: Sequence[float]) -> Iterator[Row]:
    """crowd-kit's methods on the same answers; nothing, and a word why, without their environment."""
    if not PYTHON.exists():
        print("no crowd-kit: make .venv-crowd/.installed")
        return
    small = len(set_.given) <= SLOW_ABOVE
    names = [name for name in MAKERS if small or name not in SLOW]
    jobs: list[dict[str, Any]] = [{"method": name, "gold": None} for name in names]
    jobs += [{"method": "DawidSkene", "gold": dict(asking.answers.gold)} for asking in askings if small]
    found = crowd_kit(set_, jobs)
    for name, labels in zip(names, found, strict=False):
        if isinstance(labels, str):
            print(f"{set_.name}: {name}: {labels}")
            continue
        right = [told(asking, labels) for asking in askings]
        yield Row(f"{set_.name}: crowd-kit {name}", percent(right), "% right", None, "rule", percent(rule))
    with_gold = [labels for labels in found[len(names) :] if not isinstance(labels, str)]
    if len(with_gold) < len(askings):
        return
    right = [told(asking, labels) for asking, labels in zip(askings, with_gold, strict=True)]
    yield Row(f"{set_.name}: crowd-kit DawidSkene with gold", percent(right), "% right", None, "rule", percent(rule))


def told(asking: Asking, labels: Mapping[str, str]) -> float:
    truth = asking.set_.truth
    return fmean(labels.get(item) == truth[item] for item in asking.open_ if item in truth)


def crowd_kit(set_: CrowdSet, jobs: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What each job found, from the other environment."""
    asked = {"answers": [[a.item, a.labeller, a.value] for a in set_.given], "jobs": jobs}
    program = [PYTHON, ROOT / "bench" / "crowd_peers.py"]
    done = subprocess.run(program, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))
