"""What the chain asks of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from headwater.primitives.eip712 import Signer


class TransactionSigner(Signer, Protocol):
    """A signer that can also sign transactions."""

    def sign_transaction(self, transaction: Mapping[str, Any]) -> bytes:
        """Raw signed bytes of an EIP-1559 or legacy transaction."""
        ...
