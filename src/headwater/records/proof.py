"""What a key request must carry, because the chain holds only hashes: struct preimages and Merkle paths.

Worthless until checked: ``node.entitlements`` compares every part with the chain. Structs travel as abi.encode bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from headwater.records.codec import record
from headwater.records.contribution import Contribution


@record("release-proof", 1)
@dataclass(frozen=True)
class ReleaseProof:
    """Proof of one contribution for one key request.

    Attributes:
        contribution, signature, salt: the opened anchor leaf.
        anchor: Anchor struct; ``index`` and ``path`` place the leaf in its tree.
        version: Version struct, empty unless a buyer asks; ``episode``, ``episode_path`` place the episode leaf.
        envelope: digest of the key envelope record, 32 bytes.
        posted: Posted struct of the settlement, empty unless the requester asks; ``item`` and ``item_path`` its leaf.
    """

    contribution: Contribution
    signature: bytes
    salt: bytes
    anchor: bytes
    index: int
    path: tuple[bytes, ...]
    envelope: bytes
    version: bytes
    episode: int
    episode_path: tuple[bytes, ...]
    posted: bytes
    item: bytes
    item_path: tuple[bytes, ...]
