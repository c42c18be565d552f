from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.review.draw import Candidate
from headwater.review.links import Funding, Recusal, excluded, links_of

SENDER, RELAY, PURSE, HONEST = "0xaa", "0xbb", "0xcc", "0xdd"
POOL = [Candidate(name, 10) for name in ("0x01", "0x02", "0x03", "0x04", "0x05")]


def test_one_purse_behind_contributor_and_reviewer() -> None:
    events = [Funding(RELAY, PURSE, 1), Funding(SENDER, RELAY, 2), Funding("0x02", PURSE, 3)]
    links = links_of(events, [], before=10)
    assert excluded(links, POOL, [SENDER]) == (SENDER, "0x02")
    assert excluded(links_of(events, [], before=3), POOL, [SENDER]) == (SENDER,)  # anchored before it was funded


def test_attack_money_sent_to_honest_reviewers_to_have_them_taken_out() -> None:
    theirs = [Funding(c.address, HONEST, n) for n, c in enumerate(POOL)]
    bait = [Funding(c.address, SENDER, 50 + n) for n, c in enumerate(POOL)]
    assert excluded(links_of(theirs + bait, [], before=100), POOL, [SENDER]) == (SENDER,)


def test_attack_first_money_of_most_reviewers() -> None:
    """Even if he could, more than half of the stake is never taken out."""
    bait = [Funding(c.address, SENDER, n) for n, c in enumerate(POOL)]
    assert excluded(links_of(bait[:2], [], before=100), POOL, [SENDER]) == (SENDER, "0x01", "0x02")
    assert excluded(links_of(bait[:3], [], before=100), POOL, [SENDER]) == (SENDER,)


def test_an_exchange_links_nobody() -> None:
    both = [Funding(SENDER, PURSE, 90), Funding("0x02", PURSE, 91)]
    assert excluded(links_of(both, [], before=100, hubs=[PURSE]), POOL, [SENDER]) == (SENDER,)


def test_attack_a_purse_that_funds_many_to_pass_for_an_exchange() -> None:
    many = [Funding(f"0xf{n:03x}", PURSE, n) for n in range(80)]
    both = [Funding(SENDER, PURSE, 90), Funding("0x02", PURSE, 91)]
    assert excluded(links_of(many + both, [], before=100), POOL, [SENDER]) == (SENDER, "0x02")


def test_a_reviewer_steps_aside_and_nobody_else_can_say_it_for_him() -> None:
    links = links_of([], [Recusal("0x03", SENDER, 1), Recusal(SENDER, "0x04", 1)], before=10)
    assert excluded(links, POOL, [SENDER]) == (SENDER, "0x03")


def test_money_that_goes_in_a_circle() -> None:
    links = links_of([Funding(SENDER, PURSE, 1), Funding(PURSE, SENDER, 2)], [], before=10)
    assert links.origins(SENDER) == {SENDER, PURSE}


names = st.sampled_from([*(c.address for c in POOL), SENDER, RELAY, PURSE])


@given(st.lists(st.builds(Funding, names, names, st.integers(0, 20)), max_size=30))
def test_any_money_leaves_half_of_the_stake_and_orders_do_not_matter(events: list[Funding]) -> None:
    events = list({event.at: event for event in events}.values())
    out = excluded(links_of(events, [], before=15), POOL, [SENDER])
    assert out == excluded(links_of(events[::-1], [], before=15), POOL, [SENDER])
    assert 2 * sum(c.stake for c in POOL if c.address in out) <= sum(c.stake for c in POOL)
