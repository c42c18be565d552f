"""The C2PA manifest of a video file, read and validated by c2pa-python (extra ``c2pa``), never over the network.

Trust in the signer and the validity of its certificate today are not judged: the first needs a list somebody chose, the
second would change the report with the calendar. What is judged does not change: hashes and signatures.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from headwater.formats.mp4 import has_c2pa, looks_like_mp4

OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_timestamp_trust": False}}
ABOUT_TRUST = ("signingCredential.", "timeStamp.", "claimSignature.outsideValidity")


class Manifest(StrEnum):
    """What became of a manifest: its hashes and signature fit, they do not, or nobody here can read it."""

    FITS = "fits"
    BROKEN = "broken"
    UNREAD = "unread"


@dataclass(frozen=True)
class Credentials:
    """A manifest that is in a file.

    Attributes:
        signer: who issued the signing certificate, as it says; empty if unread.
        generator: the program or camera that wrote the claim.
        problems: validation codes of the specification, sorted; trust and dates left out.
    """

    state: Manifest
    signer: str = ""
    generator: str = ""
    problems: tuple[str, ...] = ()


def credentials_of(path: Path) -> Credentials | None:
    """The manifest of an MP4; ``None`` without one. Raises RecordingError for a file cut short."""
    if not looks_like_mp4(path) or not has_c2pa(path):
        return None
    if importlib.util.find_spec("c2pa") is None:
        return Credentials(Manifest.UNREAD)
    import c2pa

    try:
        with (
            path.open("rb") as file,
            c2pa.Context.from_dict(OFFLINE) as context,
            c2pa.Reader("video/mp4", file, context=context) as reader,
        ):
            return _judged(json.loads(reader.json()))
    except c2pa.C2paError as error:
        return Credentials(Manifest.BROKEN, problems=(str(error).partition(":")[0],))


def _judged(store: dict[str, Any]) -> Credentials:
    active = store.get("manifests", {}).get(store.get("active_manifest", ""), {})
    results = store.get("validation_results", {}).get("activeManifest", {})
    codes = {str(item.get("code", "")) for item in results.get("failure", [])}
    broken = tuple(sorted(code for code in codes if not code.startswith(ABOUT_TRUST)))
    makers = [str(maker.get("name", "")) for maker in active.get("claim_generator_info", [])]
    signer = str(active.get("signature_info", {}).get("issuer", ""))
    return Credentials(Manifest.BROKEN if broken else Manifest.FITS, signer, ", ".join(makers), broken)
