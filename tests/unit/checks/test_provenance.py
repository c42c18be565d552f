"""Signed manifests and time codes: read, validated, and refused when they do not fit."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from headwater.checks import Severity, judge
from headwater.checks.credentials import Manifest, credentials_of
from headwater.checks.observed import observe
from headwater.checks.time_code import FILE, code_text, confirmed, statement, symbol, time_code_beside, time_code_of
from headwater.client.pack import pack
from headwater.formats import UnsafePathError, open_recording
from headwater.testing.lerobot_v21 import write_video

V21 = Path(__file__).parents[3] / "examples" / "recordings" / "lerobot_v21_g1"
VIDEO = V21 / "videos/chunk-000/observation.images.cam_high/episode_000000.mp4"
HASH, WHO = bytes(range(32)), bytes(20)


def signed(video: Path) -> bytes:
    """``video`` with a C2PA manifest of a camera nobody has to trust."""
    c2pa = pytest.importorskip("c2pa")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(common: str) -> x509.Name:
        organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Headwater test")
        return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common)])

    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        False,
    )
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name("camera"))
        .issuer_name(name("root"))
        .public_key(key.public_key())
        .serial_number(2)
        .not_valid_before(datetime(2025, 1, 1))
        .not_valid_after(datetime(2055, 1, 1))
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.KeyUsage(digital_signature=True, encipher_only=False, decipher_only=False, **usage), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), False)
        .sign(root, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = leaf.public_bytes(serialization.Encoding.PEM)
    captured = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": captured}]}
    claim = {
        "claim_generator_info": [{"name": "test camera", "version": "1"}],
        "assertions": [{"label": "c2pa.actions", "data": actions}],
    }
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, private, None))
    out = io.BytesIO()
    with video.open("rb") as source:
        c2pa.Builder(json.dumps(claim)).sign(signer, "video/mp4", source, out)
    return out.getvalue()


def test_manifest_that_fits_is_a_note_and_a_changed_file_a_defect(tmp_path: Path) -> None:
    data = signed(VIDEO)
    copy = Path(shutil.copytree(V21, tmp_path / "set"))
    video = copy / VIDEO.relative_to(V21)
    video.write_bytes(data)
    found = credentials_of(video)
    assert found is not None
    assert (found.state, found.problems, found.signer) == (Manifest.FITS, (), "Headwater test")
    report = judge(observe(open_recording(copy)[0]))
    assert [f.severity for f in report.findings if f.rule == "authenticity/c2pa"] == [Severity.NOTE]

    changed = bytearray(data)
    changed[-5000] ^= 1
    video.write_bytes(bytes(changed))
    found = credentials_of(video)
    assert found is not None
    assert found.state is Manifest.BROKEN
    assert any("mismatch" in problem for problem in found.problems)
    assert "authenticity/c2pa" in {f.rule for f in judge(observe(open_recording(copy)[0])).defects}


def test_most_files_carry_no_manifest() -> None:
    assert credentials_of(VIDEO) is None


def filmed(folder: Path, text: str, stated: bytes = HASH) -> Path:
    """Two seconds in which a camera sees ``text`` as a QR symbol, with an IMU beside it and a statement."""
    drawn = symbol(text)
    picture = np.full((360, 480), 90, np.uint8)
    size = drawn.shape[0] * 6
    picture[40 : 40 + size, 100 : 100 + size] = cv2.resize(drawn, (size, size), interpolation=cv2.INTER_NEAREST)
    frame = np.full((540, 480), 128, np.uint8)
    frame[:360] = picture
    folder.mkdir()
    write_video(folder / "video.mp4", [frame] * 60, fps=Fraction(30))
    (folder / "imu.csv").write_text("t_s,sensor,x,y,z,unit\n0,gyro,0,0,0,rad/s\n2,gyro,0,0,0,rad/s\n")
    told = statement(1, 23_000_000, stated, WHO, camera="camera", at_ms=1000)
    (folder / FILE).write_text(json.dumps(told))
    return folder


@pytest.mark.parametrize(
    ("shown", "severity"),
    [
        (code_text(1, 23_000_000, HASH, WHO), Severity.NOTE),
        (code_text(1, 22_999_999, HASH, WHO), Severity.DEFECT),
        (code_text(1, 23_000_000, HASH, b"\1" * 20), Severity.DEFECT),
        ("hello", Severity.RISK),
    ],
)
def test_time_code_is_read_and_compared(shown: str, severity: Severity, tmp_path: Path) -> None:
    episode = open_recording(filmed(tmp_path / "clip", shown))[0]
    report = judge(observe(episode))
    assert [f.severity for f in report.findings if f.rule == "authenticity/time-code"] == [severity]


@pytest.mark.parametrize(
    ("signer", "chain", "on_chain", "severity", "says"),
    [
        (WHO, 1, HASH, Severity.NOTE, "the chain confirms it"),
        (WHO, 2, HASH, Severity.NOTE, "the chain was not asked"),
        (WHO, 1, bytes(32), Severity.DEFECT, "0x" + HASH.hex()),
        (WHO, 1, None, Severity.RISK, "block 23000000 of chain 1"),
        (b"\1" * 20, 1, HASH, Severity.DEFECT, "0x" + WHO.hex()),
    ],
)
def test_chain_and_signature_are_held_against_the_code(
    signer: bytes, chain: int, on_chain: bytes | None, severity: Severity, says: str, tmp_path: Path
) -> None:
    seen = observe(open_recording(filmed(tmp_path / "clip", code_text(1, 23_000_000, HASH, WHO)))[0])
    code = confirmed(seen.time_code, signer, chain, lambda number: on_chain if number == 23_000_000 else None)
    (found,) = (f for f in judge(replace(seen, time_code=code)).findings if f.rule == "authenticity/time-code")
    assert found.severity is severity
    assert says in f"{found.message} {found.observed}"


def test_statement_is_sent_with_its_episode_only(tmp_path: Path) -> None:
    folder = filmed(tmp_path / "clip", "hello")
    packed = pack(open_recording(folder)[0], tmp_path / "work")
    assert FILE in {file.path for file in packed.files}
    (folder / FILE).write_text(json.dumps(json.loads((folder / FILE).read_text()) | {"episode": 1}))
    assert time_code_beside(open_recording(folder)[0]) is None
    assert FILE not in {file.path for file in pack(open_recording(folder)[0], tmp_path / "work").files}


def test_statement_that_makes_no_sense_is_a_risk(tmp_path: Path) -> None:
    folder = filmed(tmp_path / "clip", "hello")
    (folder / FILE).write_text("[1]")
    code = time_code_of(open_recording(folder)[0])
    assert code is not None
    assert code.problem == "cannot be read"


HUGE = {
    "schema": "headwater/time-code/1",
    "chain_id": 1,
    "block": 1,
    "block_hash": "0x" + "00" * 32,
    "contributor": "0x" + "00" * 20,
    "camera": "camera",
    "at_ms": 1000,
}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * 2_000,
        json.dumps(HUGE | {"more": "x" * 5_000}),
        json.dumps(HUGE | {"block": 2**64}),
        json.dumps(HUGE | {"chain_id": -1}),
        json.dumps(HUGE | {"block_hash": "0x12"}),
        json.dumps(HUGE | {"contributor": 7}),
        json.dumps(HUGE | {"at_ms": 1e999}),
        json.dumps(HUGE | {"at_ms": 10**30}),
        json.dumps(HUGE | {"at_ms": -(10**30)}),
        json.dumps(HUGE | {"camera": ["camera"]}),
        "\0",
        "",
    ],
)
def test_no_statement_breaks_a_check_or_passes_it(text: str, tmp_path: Path) -> None:
    folder = filmed(tmp_path / "clip", "hello")
    (folder / FILE).write_text(text)
    report = judge(observe(open_recording(folder)[0]))
    (found,) = (finding for finding in report.findings if finding.rule == "authenticity/time-code")
    assert found.severity is Severity.RISK
    assert FILE in {file.path for file in pack(open_recording(folder)[0], tmp_path / "work").files}


def test_statement_that_leads_out_of_the_recording_is_refused(tmp_path: Path) -> None:
    folder = filmed(tmp_path / "clip", "hello")
    (folder / FILE).rename(tmp_path / "elsewhere.json")
    (folder / FILE).symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(UnsafePathError):
        pack(open_recording(folder)[0], tmp_path / "work")
