"""Parts of a picture to look at instead of all of it."""

from __future__ import annotations

from typing import NamedTuple

_PIXELS_A_LOOK = 3000  # what another look costs beyond its pixels


class Patch(NamedTuple):
    """A rectangle of a canvas, from left and top up to, not including, right and bottom."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def cost(self) -> int:
        """Pixels a look takes, sides rounded up as networks want them."""
        wide, high = (-(-side // 32) * 32 for side in (self.right - self.left, self.bottom - self.top))
        return wide * high + _PIXELS_A_LOOK

    def within(self, other: Patch) -> Patch:
        """What both share."""
        return Patch(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def joined(self, other: Patch) -> Patch:
        """The smallest that holds both."""
        return Patch(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def merged(patches: list[Patch]) -> list[Patch]:
    """Joined wherever one look costs no more than two."""
    left = list(patches)
    done: list[Patch] = []
    while left:
        one = left.pop()
        other = next((patch for patch in left + done if one.joined(patch).cost <= one.cost + patch.cost), None)
        if other is None:
            done.append(one)
        else:
            (left if other in left else done).remove(other)
            left.append(one.joined(other))
    return sorted(done)
