"""A key holder in a process of its own, for tests: ``python -m headwater.testing.holder_process``.

It is the real service behind the real HTTP face; the word in the file ``mood`` of its folder, read at every question,
makes it ``slow``, ``lying`` (a wrong share, sealed and signed for as if it were right) or ``other`` (it signs for
another share than the envelope's).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from headwater.api.holder import holder_app
from headwater.chain import Chain, Contracts
from headwater.chain import deployment as deployments
from headwater.node.holder import HolderService
from headwater.records.batch import BatchRelease, SignedBatch, entries_of
from headwater.records.release import Release
from headwater.testing.sold import holder_secret
from headwater.vault import Ask, Share
from headwater.vault.batch import Held, answer_batch
from headwater.vault.release import part_info
from headwater.vault.seal import seal_to

SLOW_S = 0.5


class MoodyHolder(HolderService):
    """A holder that may be slow or dishonest."""

    def __init__(self, number: int, contracts: Contracts, folder: Path) -> None:
        self.mood = folder / "mood"
        super().__init__(holder_secret(number), contracts, folder)

    def ask_batch(self, signed: SignedBatch) -> BatchRelease | str:
        mood = self._mood()
        right = super().ask_batch(signed)
        if mood not in ("lying", "other") or isinstance(right, str):
            return right
        given = [
            Held(Share(b"\1" + bytes(32)), one.commitment if mood == "lying" else sha256(one.commitment).digest())
            for one in entries_of(right)
        ]
        campaign, domain = right.receipt.campaign, self.contracts.campaigns_domain
        return answer_batch(signed, campaign, given, self.keys, domain, right.receipt.time)

    def _mood(self) -> str:
        mood = self.mood.read_text() if self.mood.exists() else ""
        if mood == "slow":
            time.sleep(SLOW_S)
        return mood

    def ask(self, batch: Sequence[Ask]) -> list[Release | str]:
        mood = self._mood()
        replies = super().ask(batch)
        if mood not in ("lying", "other"):
            return replies
        pairs = zip(batch, replies, strict=True)
        return [reply if isinstance(reply, str) else self._lie(mood, ask, reply) for ask, reply in pairs]

    def _lie(self, mood: str, ask: Ask, right: Release) -> Release:
        request, part, domain = ask.signed.request, right.part, self.contracts.campaigns_domain
        info = part_info(right.receipt.request, ask.envelope.label, part.holder)
        sealed = seal_to(request.recipient_key, bytes((part.index,)) + bytes(32), info)
        commitment = right.receipt.commitment if mood == "lying" else sha256(b"another share").digest()
        receipt = replace(right.receipt, part=sha256(sealed).digest(), commitment=commitment)
        return Release(replace(part, sealed=sealed), receipt, self.keys.sign_digest(receipt.digest(domain)))


def main() -> None:
    """Serves until ended."""
    import uvicorn

    wanted = argparse.ArgumentParser()
    for name in ("--rpc", "--deployments", "--folder"):
        wanted.add_argument(name, required=True)
    for name in ("--number", "--port"):
        wanted.add_argument(name, type=int, required=True)
    given = wanted.parse_args()
    chain = Chain(given.rpc)
    contracts = Contracts(chain, deployments.load(Path(given.deployments), chain.chain_id))
    service = MoodyHolder(given.number, contracts, Path(given.folder))
    uvicorn.run(holder_app(service), host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
