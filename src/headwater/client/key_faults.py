"""A key holder's wrong part, taken to its stake: by bytes where the receipt says it all, else before a jury."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain import TransactionSigner
from headwater.chain.events import HolderAccused
from headwater.chain.structs import ReleaseReceipt
from headwater.client.network import Network
from headwater.records import codec
from headwater.records.envelope import KeyEnvelope
from headwater.records.holder_fault import HolderFault
from headwater.vault.faults import judge


@dataclass(frozen=True)
class Pursued:
    """What became of a fault: ``wrong`` in words; ``dispute`` is the jury's case, None if bytes were enough."""

    wrong: str
    dispute: int | None


def pursue(network: Network, signer: TransactionSigner, fault: HolderFault) -> Pursued:
    """Prove the fault on chain, or put it before a jury and pay for that in the chain's coin.

    Raises:
        FaultError: the record proves nothing.
        RevertError: the holder has answered for it already, or has no stake.
    """
    contracts = network.contracts
    wrong = judge(fault, contracts.campaigns_domain)
    receipt, holder = fault.release.receipt, fault.request.holder
    if receipt.commitment != fault.envelope.holder(holder).commitment:
        struct = ReleaseReceipt.of([getattr(receipt, name) for name in ReleaseReceipt.__dataclass_fields__])
        shown = codec.encode(fault.envelope), place_of(fault.envelope, holder)
        contracts.key_faults.prove_commitment(signer, struct, fault.release.signature, *shown)
        return Pursued(wrong, None)
    cid = network.blobs.put(codec.encode(fault))
    coin = contracts.key_faults.cost()
    done = contracts.key_faults.accuse(signer, holder, codec.digest(fault), f"/ipfs/{cid}", coin=coin)
    accused = done.only(HolderAccused)
    return Pursued(wrong, accused.dispute)


def place_of(envelope: KeyEnvelope, holder: str) -> int:
    """Where in the envelope's canonical bytes a holder's ``address`` field begins."""
    return codec.encode(envelope).index(b"\x67address\x78\x2a" + holder.encode())
