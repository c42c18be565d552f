"""Writes records.json: records and their one encoding, and bytes that must be refused.

The valid cases are built from plain maps here, not with headwater's classes, so that the classes are tested against
the page (spec/records.md) and not against themselves. Run: python vectors/make_records.py
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from pathlib import Path
from typing import Any

import dag_cbor

A, B = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
WORD = bytes(range(32))
CID = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


def cid_of(data: bytes) -> str:
    """CIDv1, dag-cbor, sha2-256, base32."""
    raw = bytes((1, 0x71, 0x12, 0x20)) + hashlib.sha256(data).digest()
    return "b" + b32encode(raw).decode().rstrip("=").lower()


VALID: dict[str, dict[str, Any]] = {
    "Contribution": {
        "type": "contribution/1",
        "campaign": 1,
        "contributor": A,
        "manifest": WORD,
        "content_root": WORD[::-1],
        "consent": bytes(32),
        "nonce": 7,
    },
    "ConsentReceipt": {
        "type": "consent-receipt/2",
        "campaign": 1,
        "subject": A,
        "content_root": WORD,
        "people_visible": 0,
        "premises": "own workshop",
        "purposes": ["research"],
        "regions": [],
        "minimum_age": 21,
        "withdrawal": A,
        "given_at": 1_700_000_000,
        "shows": ["faces"],
    },
    "Verdict": {
        "type": "verdict/1",
        "item": 4,
        "contributor": A,
        "contribution": WORD,
        "llr": -100,
        "prior": 0,
        "votes": [{"reviewer": B, "round": 0, "verdict": 1, "weight": 847, "commit": WORD}],
        "opening": WORD,
        "grade": 100,
        "novelty": 10_000,
        "byte": 1,
        "reward": "79228162514264337593543950335",
        "score": 80,
        "report": CID,
        "index": CID,
        "ballots": [CID],
        "reason": "",
    },
    "Ballot": {
        "type": "ballot/1",
        "campaign": 1,
        "item": 4,
        "round": 0,
        "reviewer": B,
        "verdict": 0,
        "reasons": {
            "type": "vote-reasons/1",
            "evidence": [{"code": "task-not-shown", "start_ms": 0, "end_ms": 1500}],
            "comment": "päusé",
        },
        "salt": WORD,
    },
}


SIGNATURE = bytes(range(1, 65)) + b"\x1b"
WHOLE = 79228162514264337593543950335
SEALED = bytes(81)
_CONTRIBUTION, _REASONS = VALID["Contribution"], VALID["Ballot"]["reasons"]
_REQUEST = {
    "type": "release-request/1",
    "role": "buyer",
    "campaign": 1,
    "dataset": 2,
    "version": 3,
    "licence": WORD,
    "contribution": WORD,
    "holder": A,
    "requester": B,
    "recipient_key": WORD[::-1],
    "expiry": 1_900_000_000,
    "nonce": WORD,
}
_BATCH = {
    "type": "batch-request/1",
    "dataset": 2,
    "version": 3,
    "licence": WORD,
    "rows": WORD[::-1],
    "count": 1,
    "holder": A,
    "requester": B,
    "recipient_key": WORD[::-1],
    "expiry": 1_900_000_000,
    "nonce": WORD,
}
_BATCH_RECEIPT = {
    "type": "batch-receipt/1",
    "request": WORD,
    "campaign": 1,
    "dataset": 2,
    "version": 3,
    "licence": WORD,
    "holder": A,
    "requester": B,
    "entries": WORD[::-1],
    "count": 1,
    "part": WORD,
    "time": 1_900_000_000,
}
_STATEMENT = {
    "type": "share-statement/1",
    "what": "destroyed",
    "campaign": 1,
    "contribution": WORD,
    "envelope": WORD[::-1],
    "holder": A,
    "commitment": WORD,
    "time": 1_900_000_000,
}
_PART = {"type": "key-part/1", "index": 1, "holder": A, "sealed": SEALED}
_RECEIPT = {
    "type": "release-receipt/1",
    "request": WORD,
    "role": "checker",
    "campaign": 1,
    "dataset": 0,
    "version": 0,
    "licence": bytes(32),
    "contribution": WORD,
    "holder": A,
    "requester": B,
    "envelope": WORD,
    "commitment": WORD,
    "part": WORD[::-1],
    "time": 1_900_000_000,
}
VALID |= {
    "CampaignSpec": {
        "type": "campaign-spec/1",
        "name": "Fold towels",
        "task": "fold a towel twice",
        "modality": "robot_episode",
        "embodiment": ["so101"],
        "features": [
            {"name": "observation.state", "axes": ["a", "b"], "unit": "rad", "low_milli": -3142, "high_milli": 3142}
        ],
        "cameras": [{"role": "wrist", "keys": ["cam"], "min_width": 640, "min_height": 480, "min_fps_milli": 30_000}],
        "fps_milli": 30_000,
        "min_length_ms": 2_000,
        "max_length_ms": 60_000,
        "sensors": [],
        "success": "the towel lies folded",
        "reject_reasons": ["task-not-shown: the task is not shown"],
        "examples": [CID],
        "strata": [{"name": "blue", "want": 10}],
    },
    "Manifest": {
        "type": "manifest/1",
        "campaign": 1,
        "modality": "robot_episode",
        "format": "lerobot-v3.0",
        "episode": 0,
        "task": "fold",
        "embodiment": "so101",
        "device": "",
        "length": 300,
        "fps_milli": 30_000,
        "files": [{"path": "data/a.parquet", "size_bytes": 10, "media_type": "text/plain", "sha256": WORD, "cid": CID}],
        "sensors": [{"name": "imu", "kind": "gyro", "clock": "device", "unit": "rad/s", "rate_milli_hz": 200_000}],
        "check_suite": "1",
        "consent": WORD,
        "envelope": CID,
        "previews": [],
        "derived_from": [WORD],
    },
    "SignedContribution": {
        "type": "signed-contribution/1",
        "contribution": _CONTRIBUTION,
        "signature": SIGNATURE,
        "salt": WORD,
    },
    "AnchorLeaves": {"type": "anchor-leaves/1", "campaign": 1, "leaves": [WORD, WORD[::-1]]},
    "PlannedLeaves": {"type": "anchor-leaves/2", "campaign": 1, "leaves": [WORD], "plan": WORD[::-1]},
    "KeyEnvelope": {
        "type": "key-envelope/1",
        "suite": "hw-stream-1",
        "t": 2,
        "n": 2,
        "label": WORD,
        "key_commitment": WORD,
        "holders": [
            {"index": 1, "address": A, "sealed": SEALED, "commitment": WORD},
            {"index": 2, "address": B, "sealed": SEALED, "commitment": WORD},
        ],
    },
    "ReleaseRequest": _REQUEST,
    "SignedReleaseRequest": {
        "type": "signed-release-request/1",
        "request": _REQUEST,
        "signature": SIGNATURE,
        "proof": b"\xa0",
    },
    "KeyPart": _PART,
    "ReleaseReceipt": _RECEIPT,
    "BatchRequest": _BATCH,
    "SignedBatch": {
        "type": "signed-batch/1",
        "request": _BATCH,
        "signature": SIGNATURE,
        "published": b"\1" * 64,
        "first": 7,
        "rows": WORD * 3,
        "path": [WORD, WORD[::-1]],
    },
    "BatchReceipt": _BATCH_RECEIPT,
    "BatchRelease": {
        "type": "batch-release/1",
        "receipt": _BATCH_RECEIPT,
        "signature": SIGNATURE,
        "entries": WORD * 2,
        "refused": [{"place": 1, "reason": "consent was withdrawn"}],
        "sealed": SEALED,
    },
    "ShareStatement": _STATEMENT,
    "SignedShareStatement": {"type": "signed-share-statement/1", "statement": _STATEMENT, "signature": SIGNATURE},
    "Release": {"type": "release/1", "part": _PART, "receipt": _RECEIPT, "signature": SIGNATURE},
    "ReleaseProof": {
        "type": "release-proof/1",
        "contribution": _CONTRIBUTION,
        "signature": SIGNATURE,
        "salt": WORD,
        "anchor": bytes(320),
        "index": 1,
        "path": [WORD],
        "envelope": WORD,
        "version": b"",
        "episode": 0,
        "episode_path": [],
        "posted": b"",
        "item": b"",
        "item_path": [],
    },
    "Reasons": _REASONS,
    "VoteCommit": {
        "type": "vote-commit/1",
        "campaign": 1,
        "item": 4,
        "round": 0,
        "reviewer": B,
        "commit": WORD,
        "signature": SIGNATURE,
    },
    "ReputationSnapshot": {
        "type": "reputation/1",
        "reviewers": [{"reviewer": A, "right_tenths": 128, "wrong_tenths": 22}],
    },
    "Evidence": {
        "type": "settlement-evidence/1",
        "key": str(1 << 64),
        "campaign": 1,
        "openings": [
            {
                **{name: value for name, value in _CONTRIBUTION.items() if name != "type"},
                "signature": SIGNATURE,
                "salt": WORD,
            }
        ],
        "verdicts": [CID],
        "pay": [{"account": A, "amount": str(WHOLE), "kind": 0, "items": [0]}],
        "reputation": CID,
        "suite": "1",
    },
    "DatasetManifest": {
        "type": "dataset-manifest/1",
        "name": "Towels",
        "description": "",
        "campaign": 1,
        "spec": CID,
        "modality": "robot_episode",
        "licences": [CID],
        "episodes": [
            {
                "contribution": WORD,
                "contributor": A,
                "content_root": WORD,
                "envelope": WORD,
                "manifest": CID,
                "weight": 999_300,
                "item": 0,
                "settlement": str(1 << 64),
            }
        ],
    },
    "LicencePreset": {
        "type": "licence-preset/1",
        "id": "hw-research-1",
        "name": "Research only",
        "purposes": ["research"],
        "redistribution": False,
        "attribution": True,
        "text": "Use for research.",
    },
    "Usage": {
        "type": "usage/1",
        "dataset": 2,
        "version": 3,
        "licence": WORD,
        "holder": B,
        "purpose": "research",
        "episodes": 100,
        "time": 1_900_000_000,
        "model": bytes(32),
    },
}
VALID["PlannedEvidence"] = VALID["Evidence"] | {
    "type": "settlement-evidence/2",
    "plans": [{"first_item": 0, "secret": WORD, "golds": [{"contribution": WORD, "truth": 1}]}],
    "entries": [CID],
}
_ANSWER = {"campaign": 1, "item": 4, "round": 0, "reviewer": B, "verdict": 1, "truth": 0, "adjudicated": False}
VALID["EpochEvidence"] = {
    "type": "epoch-evidence/1",
    "until": 1_900_000_000,
    "answers": [_ANSWER],
    "admitted": [A],
    "suspended": [],
}
_HELD = {"embedding": "pdq/1", "neighbours": 5, "width": 1, "features": bytes(8), "labels": [1], "salt": WORD}
_VALUE = {"item": 4, "contribution": WORD, "features": WORD, "label": 1, "value": 10_000}
VALID |= {
    "HeldOut": {"type": "held-out/1", **_HELD},
    "ItemValues": {"type": "item-values/1", "items": [_VALUE]},
    "ValueStatement": {
        "type": "value-statement/1",
        "campaign": 1,
        "requester": A,
        "commitment": WORD,
        "previous": bytes(32),
        "values": WORD[::-1],
        "signature": SIGNATURE,
    },
}
_STEP = {"factor": "1/180", "pi_power": 1, "offset": "0", "reason": "deg as rad", "origin": "definition"}
_MAP: dict[str, Any] = {
    "type": "conform-map/1",
    "features": [
        {
            "source": "arm/position",
            "target": "observation.state",
            "source_dtype": "float64",
            "target_dtype": "float32",
            "source_axes": ["b", "a"],
            "axes": [
                {
                    "source": "a",
                    "target": "a.pos",
                    "source_unit": "deg",
                    "target_unit": "rad",
                    "unit_origin": "recording",
                    "steps": [_STEP],
                }
            ],
        }
    ],
    "cameras": [{"source": "top", "target": "observation.images.front", "reencoded": True}],
    "rate": {"source": "30000/1001", "target": "30", "method": "hold"},
    "left_out": ["arm/position/b"],
    "notes": [],
}
VALID |= {
    "ConformMap": _MAP,
    "ConformedSet": {
        "type": "conformed-set/1",
        "spec": CID,
        "maps": [_MAP],
        "episodes": [{"source": "00ff", "map": 0}],
    },
}
VALID |= {
    "ValueCampaignSpec": {
        **VALID["CampaignSpec"],
        "type": "campaign-spec/3",
        "value": {"commitment": WORD, "embedding": "mean-picture/1", "weight_bps": 5_000},
    },
}
VALID |= {
    "LabelCampaignSpec": {
        **VALID["CampaignSpec"],
        "type": "campaign-spec/2",
        "modality": "labels",
        "embodiment": [],
        "features": [],
        "cameras": [],
        "fps_milli": 0,
        "min_length_ms": 0,
        "max_length_ms": 0,
        "labels": {"dataset": 1, "version": 1, "kind": "boxes", "categories": ["aphid", "thrips"], "per_item": 3},
    },
    "LabelDatasetManifest": {
        **VALID["DatasetManifest"],
        "type": "dataset-manifest/2",
        "modality": "labels",
        "origin_dataset": 1,
        "origin_version": 1,
    },
}


def broken(name: str, **change: Any) -> dict[str, Any]:
    """A valid map with fields changed; ``...`` removes one."""
    plain = {**VALID[name], **change}
    return {key: value for key, value in plain.items() if value is not ...}


def _numeric() -> dict[str, Any]:
    """The map's feature with a factor that is no text."""
    (feature,) = _MAP["features"]
    (axis,) = feature["axes"]
    return {**feature, "axes": [{**axis, "steps": [{**_STEP, "factor": 2}]}]}


VALID["HolderFault"] = {
    "type": "holder-fault/1",
    "request": _REQUEST,
    "envelope": VALID["KeyEnvelope"],
    "release": VALID["Release"],
    "recipient_secret": WORD,
}
INVALID: list[tuple[str, str, bytes]] = [
    ("Contribution", "a field is missing", dag_cbor.encode(broken("Contribution", nonce=...))),
    ("Contribution", "a field is unknown", dag_cbor.encode(broken("Contribution", extra=1))),
    ("Contribution", "another version", dag_cbor.encode(broken("Contribution", type="contribution/2"))),
    ("Contribution", "no type", dag_cbor.encode(broken("Contribution", type=...))),
    ("Contribution", "text where a number belongs", dag_cbor.encode(broken("Contribution", nonce="7"))),
    ("Contribution", "a word of 31 bytes", dag_cbor.encode(broken("Contribution", manifest=WORD[1:]))),
    ("Contribution", "an address without checksum", dag_cbor.encode(broken("Contribution", contributor=A.lower()))),
    ("Contribution", "true where a number belongs", dag_cbor.encode(broken("Contribution", campaign=True))),
    ("Verdict", "an amount with a leading zero", dag_cbor.encode(broken("Verdict", reward="01"))),
    ("Verdict", "an amount as a number", dag_cbor.encode(broken("Verdict", reward=1))),
    ("Verdict", "a negative amount", dag_cbor.encode(broken("Verdict", reward="-1"))),
    ("Verdict", "a float", dag_cbor.encode(broken("Verdict", llr=0.5))),
    ("Ballot", "a part that is not a map", dag_cbor.encode(broken("Ballot", reasons=[]))),
    ("Ballot", "cut short", dag_cbor.encode(VALID["Ballot"])[:-1]),
    ("Ballot", "bytes after the end", dag_cbor.encode(VALID["Ballot"]) + b"\x00"),
]
_HOLDERS = VALID["KeyEnvelope"]["holders"]
INVALID += [
    ("CampaignSpec", "a part with an unknown field", dag_cbor.encode(broken("CampaignSpec", strata=[{"name": "a"}]))),
    ("ConsentReceipt", "a purpose that is not text", dag_cbor.encode(broken("ConsentReceipt", purposes=[1]))),
    ("SignedContribution", "a part of another type", dag_cbor.encode(broken("SignedContribution", contribution=_PART))),
    ("KeyEnvelope", "one share opens it", dag_cbor.encode(broken("KeyEnvelope", t=1))),
    ("KeyEnvelope", "more needed than dealt", dag_cbor.encode(broken("KeyEnvelope", t=3))),
    ("KeyEnvelope", "a suite nobody knows", dag_cbor.encode(broken("KeyEnvelope", suite="hw-stream-2"))),
    ("KeyEnvelope", "holders out of order", dag_cbor.encode(broken("KeyEnvelope", holders=_HOLDERS[::-1]))),
    ("KeyEnvelope", "a holder twice", dag_cbor.encode(broken("KeyEnvelope", holders=[_HOLDERS[0]] * 2))),
    ("ReleaseRequest", "a nonce of 31 bytes", dag_cbor.encode(broken("ReleaseRequest", nonce=WORD[1:]))),
    ("ReleaseRequest", "an address without checksum", dag_cbor.encode(broken("ReleaseRequest", holder=A.lower()))),
    ("ReleaseReceipt", "a version above 32 bits", dag_cbor.encode(broken("ReleaseReceipt", version=1 << 32))),
    ("BatchRequest", "a count above 32 bits", dag_cbor.encode(broken("BatchRequest", count=1 << 32))),
    ("BatchReceipt", "an address without checksum", dag_cbor.encode(broken("BatchReceipt", holder=A.lower()))),
    ("SignedBatch", "rows as a list", dag_cbor.encode(broken("SignedBatch", rows=[WORD] * 3))),
    ("BatchRelease", "a refusal without its place", dag_cbor.encode(broken("BatchRelease", refused=[{"reason": "x"}]))),
    ("ShareStatement", "a commitment of 31 bytes", dag_cbor.encode(broken("ShareStatement", commitment=WORD[1:]))),
    (
        "SignedShareStatement",
        "a part of another type",
        dag_cbor.encode(broken("SignedShareStatement", statement=_PART)),
    ),
    ("HolderFault", "without its envelope", dag_cbor.encode(broken("HolderFault", envelope=None))),
    ("VoteCommit", "a round above 8 bits", dag_cbor.encode(broken("VoteCommit", round=256))),
    ("VoteCommit", "a commit of 33 bytes", dag_cbor.encode(broken("VoteCommit", commit=WORD + b"\0"))),
    ("LicencePreset", "a number where yes or no belongs", dag_cbor.encode(broken("LicencePreset", attribution=1))),
    ("ValueStatement", "a commitment of 31 bytes", dag_cbor.encode(broken("ValueStatement", commitment=WORD[1:]))),
    ("HeldOut", "features that are floats", dag_cbor.encode(broken("HeldOut", features=[0.5]))),
    ("Usage", "a negative number of episodes", dag_cbor.encode(broken("Usage", episodes=-1))),
    ("ConformMap", "a factor as a number", dag_cbor.encode(broken("ConformMap", features=[_numeric()]))),
    ("ConformMap", "a rate without its method", dag_cbor.encode(broken("ConformMap", rate={"source": "30"}))),
    ("ConformedSet", "a map that is none", dag_cbor.encode(broken("ConformedSet", maps=[_PART]))),
    (
        "CampaignSpec",
        "the first version with work for labellers",
        dag_cbor.encode({**VALID["LabelCampaignSpec"], "type": "campaign-spec/1"}),
    ),
    ("LabelCampaignSpec", "the first version", dag_cbor.encode(VALID["CampaignSpec"])),
    ("Evidence", "a key as a number", dag_cbor.encode(broken("Evidence", key=1))),
]
for _name, _plain in VALID.items():
    _field = next(key for key in reversed(_plain) if key != "type")
    INVALID += [
        (_name, f"no {_field}", dag_cbor.encode(broken(_name, **{_field: ...}))),
        (_name, "a field nobody knows", dag_cbor.encode(broken(_name, zzz=1))),
        (
            _name,
            "a later version",
            dag_cbor.encode(broken(_name, type=f"{_plain['type'][:-1]}{int(_plain['type'][-1]) + 1}")),
        ),
    ]
_SHORT = dag_cbor.encode(VALID["Contribution"])
INVALID.append(("Contribution", "a longer number than needed", _SHORT.replace(b"enonce\x07", b"enonce\x18\x07")))


def main() -> None:
    """Writes the file beside this script."""
    valid = []
    for name, plain in VALID.items():
        data = dag_cbor.encode(plain)
        valid.append({"record": name, "bytes": data.hex(), "cid": cid_of(data)})
    invalid = [{"record": name, "why": why, "bytes": data.hex()} for name, why, data in INVALID]
    content = {"about": "spec/records.md", "valid": valid, "invalid": invalid}
    Path(__file__).with_name("records.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
