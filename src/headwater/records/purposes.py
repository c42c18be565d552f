"""What data may be used for, as people consent to it, campaigns limit it, licences permit it and buyers declare it."""

from __future__ import annotations

from headwater.records.bits import Bits

# Bit n is the n-th name, in terms and offers on chain. A new purpose is added at the end, never put between.
PURPOSES = ("research", "evaluation", "commercial-training")
PURPOSE_BITS = Bits("purpose", PURPOSES)
