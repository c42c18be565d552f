"""A key holder over HTTP: one POST of canonical bytes carries a whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from headwater.primitives import canonical
from headwater.records import codec
from headwater.records.batch import BatchRelease, SignedBatch
from headwater.records.errors import RecordError
from headwater.records.release import Release
from headwater.vault.collect import Ask
from headwater.vault.errors import HolderDownError

MEDIA_TYPE = "application/vnd.ipld.dag-cbor"
MAX_BATCH = 1_000
_TIMEOUT_S = 10.0


class HttpHolder:
    """Implements ``HolderPort`` for a holder registered on chain with this account and endpoint."""

    def __init__(self, address: str, endpoint: str, timeout_s: float = _TIMEOUT_S) -> None:
        self.address = address
        self.endpoint = endpoint.rstrip("/")
        self._timeout_s = timeout_s

    def ask(self, batch: Sequence[Ask]) -> list[Release | str]:
        """Releases or reasons, in order.

        Raises:
            HolderDownError: nobody answers there, or not in our protocol.
        """
        replies: list[Release | str] = []
        with httpx.Client(timeout=self._timeout_s) as http:
            for start in range(0, len(batch), MAX_BATCH):
                replies += self._post(http, batch[start : start + MAX_BATCH])
        return replies

    def ask_batch(self, signed: SignedBatch) -> BatchRelease | str:
        """Parts of a run of a version's episodes, or why there are none; HolderDownError as above."""
        with httpx.Client(timeout=self._timeout_s) as http:
            row = self._send(http, "batch", codec.encode(signed))
        try:
            return str(row["refused"]) if "refused" in row else codec.from_plain(BatchRelease, row["release"])
        except (KeyError, TypeError, RecordError) as error:
            raise HolderDownError(self.address, self.endpoint, f"an answer that is not ours: {error}") from None

    def _send(self, http: httpx.Client, path: str, body: bytes) -> Any:
        try:
            answer = http.post(f"{self.endpoint}/{path}", content=body, headers={"content-type": MEDIA_TYPE})
            answer.raise_for_status()
            return canonical.decode(answer.content)
        except httpx.HTTPStatusError as error:
            raise HolderDownError(self.address, self.endpoint, f"HTTP {error.response.status_code}") from None
        except httpx.HTTPError as error:
            raise HolderDownError(self.address, self.endpoint, type(error).__name__) from None
        except canonical.CanonicalError as error:
            raise HolderDownError(self.address, self.endpoint, f"an answer that is not ours: {error}") from None

    def _post(self, http: httpx.Client, batch: Sequence[Ask]) -> list[Release | str]:
        asks = [{"signed": codec.to_plain(a.signed), "envelope": codec.to_plain(a.envelope)} for a in batch]
        rows = self._send(http, "release", canonical.encode(asks))
        try:
            return [_reply(row) for row in rows]
        except (KeyError, TypeError, RecordError) as error:
            raise HolderDownError(self.address, self.endpoint, f"an answer that is not ours: {error}") from None


def _reply(row: Any) -> Release | str:
    if "refused" in row:
        return str(row["refused"])
    return codec.from_plain(Release, row["release"])
