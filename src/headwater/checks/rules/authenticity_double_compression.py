"""Was this video compressed before? Key frames of a first pass show in the packet sizes of the second.

A key frame of the first pass differs in its noise from its neighbours, so the second pass spends more on that frame,
every time. Each packet's size (log2) is held against the median of its ten neighbours; for every period of 6 to 60
frames and every phase, ``z`` is the mean excess in standard errors. Measured on three videos (GoPro, G1, a car),
encoded with key frames every 12, 15 or 30 frames and again with x264 without B frames: z 6.4 to 17.8, the period
right in all nine, all of its frames larger. The same encoded once: 2.6 and 3.9, and 17.1 at a period of 8 for the
GoPro file scaled to half: the camera's own. So from z = 6 on, with nine in ten frames larger. With B frames the
second pass has a rhythm of its own (single passes reach 8) and files of mostly key frames have none: not judged.

Honest pipelines re-encode, so this is a NOTE; a RISK in a file that says that it comes straight from a camera.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import Floats, fixed, milli
from headwater.formats import PacketLedger

MIN_FRAMES = 150
PERIODS = range(6, 61)
Z_MILLI, SHARE_MILLI = 6000, 900
MOSTLY_KEYS = 0.3
CAMERAS = ("GoPro",)


@dataclass(frozen=True)
class Rhythm:
    """The period that stands out most, its z and the share of its frames that are larger than their neighbours."""

    period: int
    z_milli: int
    share_milli: int


@rule("authenticity/double-compression", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    why, judged = f"not enough frames: needs {MIN_FRAMES}", False
    for key, camera in seen.cameras.items():
        packets = camera.packets
        if packets is None or len(packets) < MIN_FRAMES:
            continue
        if packets.reordered or packets.key.mean() > MOSTLY_KEYS:
            why = "needs a video without B frames and with few key frames"
            continue
        judged = True
        found = rhythm(packets)
        if found.z_milli >= Z_MILLI and found.share_milli >= SHARE_MILLI:
            yield Draft(
                Severity.RISK if seen.episode.embodiment in CAMERAS else Severity.NOTE,
                "The video was compressed before.",
                f"every {found.period}th frame is larger, {fixed(found.z_milli / 1000, 1)} standard errors",
                f"below {Z_MILLI // 1000}",
                (seen.span(0, len(packets)),),
                key,
                "It is not the camera's own file, so traces of editing are gone.",
                "Submit the file as the camera wrote it.",
            )
    if not judged:
        raise CannotJudge(why)


def rhythm(packets: PacketLedger) -> Rhythm:
    """Look for a period among the frames that are no key frames."""
    excess = _excess(np.log2(packets.size_bytes + 1.0))
    others = ~packets.key
    spread = float(excess[others].std())
    best = Rhythm(0, 0, 0)
    for period in PERIODS if spread > 0 else ():
        for phase in range(period):
            places = np.arange(phase, len(excess), period)
            own = excess[places[others[places]]]
            if len(own) < 5:
                continue
            z = milli(float(own.mean()) / spread * len(own) ** 0.5)
            if z > best.z_milli:
                best = Rhythm(period, z, milli(float((own > 0).mean())))
    return best


def _excess(sizes: Floats) -> Floats:
    padded = np.pad(sizes, 5, mode="reflect")
    around = [padded[5 + lag : 5 + lag + len(sizes)] for lag in range(-5, 6) if lag]
    return np.clip(sizes - np.median(np.stack(around), axis=0), -2, 2)
