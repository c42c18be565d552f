"""Exact KNN-Shapley: how much each item helps K nearest neighbours to predict a held-out set (Jia et al., 2019).

For one held-out example, with items ordered from the farthest (n) to the nearest (1) and m = 1 where labels agree:

    s_n = m_n / max(n, K),   s_i = s_(i+1) + (m_i - m_(i+1)) / K * min(K, i) / i

An item's value is the mean of s over the held-out examples. Values are summed an item, never a group, so who brought an
item plays no part (reference: group Shapley invites shell companies, arXiv 2505.19013).

Every machine gets the same bits: features are added up one axis after the other without a BLAS, sums run in one order,
and of items equally far the one that comes first is nearer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def knn_shapley(features: Floats, labels: Ints, held: Floats, held_labels: Ints, neighbours: int) -> Floats:
    """The value of every item, float64, summing up to the accuracy score K nearest neighbours have with all of them.

    Args:
        features: items x width. labels: one an item.
        held: examples x width. held_labels: one an example.
        neighbours: K, at least 1.
    """
    count = len(features)
    place = np.arange(1, count, dtype=np.float64)
    step = np.minimum(neighbours, place) / place / neighbours
    total = np.zeros(count)
    columns = np.ascontiguousarray(features.T)
    for example, label in zip(held, held_labels, strict=True):
        nearest = np.argsort(_distances(columns, example), kind="stable")
        match = (labels[nearest] == label).astype(np.float64)
        value = np.empty(count)
        value[-1] = match[-1] / max(count, neighbours)
        value[:-1] = ((match[:-1] - match[1:]) * step)[::-1].cumsum()[::-1] + value[-1]
        total[nearest] += value
    return total / len(held)


def _distances(columns: Floats, example: Floats) -> Floats:
    """Squared Euclidean distances, added up axis after axis."""
    total = np.zeros(columns.shape[1])
    for column, at in zip(columns, example, strict=True):
        apart = column - at
        total += apart * apart
    return total
