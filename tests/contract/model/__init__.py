"""A second protocol, in plain Python: what every step does to all money and state, and which named error refuses it.

``state`` is what there is, ``world`` takes a step on the chain and in the state and compares, ``node`` is the chain.
Every other file is a subject: its part of the protocol (plain functions that change the state or raise ``Refused``, in
the order in which the contracts check), its steps (``@step``), and its views (``@views``). A new contract is a new
file, imported here. ``touring`` leads to what random steps hardly find; ``covering`` says what must have been met.
"""

from tests.contract.model import (
    approving,
    calling,
    consenting,
    disputing,
    doubting,
    funding,
    governing,
    judging,
    originating,
    paying,
    pooling,
    proving,
    queue,
    rating,
    reviewing,
    selling,
    settling,
    sharing,
    staking,
    tokens,
    touring,
    waiting,
)

__all__ = [
    "approving",
    "calling",
    "consenting",
    "disputing",
    "doubting",
    "funding",
    "governing",
    "judging",
    "originating",
    "paying",
    "pooling",
    "proving",
    "queue",
    "rating",
    "reviewing",
    "selling",
    "settling",
    "sharing",
    "staking",
    "tokens",
    "touring",
    "waiting",
]
