"""A pool's money: every share by its weight, all of it only where the weights come to the floor."""

from __future__ import annotations

from headwater.primitives.amounts import mul_div_down

PERFECT_WEIGHT = 1_000_000  # share weight no item exceeds: quality, grade and novelty all full
MIN_BOND_REWARDS = 10


def pool_part(pool: int, weight: int, total: int, floor: int) -> int:
    """What a weight is paid of a pool, rounded down: dividing an account into many gains nothing."""
    return mul_div_down(pool, weight, max(total, floor)) if total else 0


def pool_bond(pool: int, unit_reward: int) -> int:
    """What who closes a pool locks: a quarter of it, at least ten rewards."""
    return max(pool // 4, MIN_BOND_REWARDS * unit_reward)
