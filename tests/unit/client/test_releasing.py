"""What leaves the contributor's machine: nothing private that consent does not cover, and previews nobody is in."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from headwater.checks import Release
from headwater.client.errors import ClientError, NotReleasableError
from headwater.client.preview import contact_sheet
from headwater.client.releasing import demand_kinds, demand_releasable
from headwater.client.submit import Consent
from headwater.formats import Episode, Video, open_recording
from headwater.privacy import Area, Heard, Sight, Sighting
from headwater.testing.episodes import episode

KARMA = Path(__file__).parents[3] / "examples/recordings/gopro_karma.mp4"


class Eyes:
    """Sees one face in every picture."""

    versions: dict[str, str] = {}  # noqa: RUF012 - a property of the port

    def see(self, image: NDArray[np.uint8], *, careful: bool = False, texts: bool = True) -> tuple[Sighting, ...]:
        return (Sighting(Sight.FACE, Area(40, 40, 80, 80), 900),)

    def hear(self, path: Path) -> tuple[Heard, ...]:
        return ()


class Checkers:
    """Stills of a fine chess board, 192 x 192, black and white squares of two pixels."""

    times_ns = np.arange(12, dtype=np.int64) * 10**9

    def size_bytes(self, index: int) -> int:
        return 1

    def encoded(self, index: int) -> None:
        return None

    def image(self, index: int) -> NDArray[np.uint8]:
        rows = np.arange(192) // 2
        return np.where((rows[:, None] + rows) % 2, 255, 0).astype(np.uint8)


def chess() -> Episode:
    video = Video("front", Path("chess"), 0.0, 12, Fraction(1), 192, 192, "raw", stills=Checkers())
    return episode(videos={"front": video}, length=12, fps=Fraction(1), streams={})


def test_real_positions_stay_at_home_unless_their_owner_says_otherwise() -> None:
    karma = open_recording(KARMA)[0]
    with pytest.raises(NotReleasableError, match="GPMF GLPI") as caught:
        demand_releasable(karma, Consent(), None)
    assert "headwater redact" in caught.value.fix
    agreed = Consent(shows=("positions",))
    assert demand_releasable(karma, agreed, None) is Release.UNKNOWN, "faces were not looked for"


def test_a_face_needs_everybodys_word() -> None:
    with pytest.raises(NotReleasableError, match="needs redaction"):
        demand_releasable(chess(), Consent(), Eyes())
    with pytest.raises(NotReleasableError, match="needs consent"):
        demand_releasable(chess(), Consent(shows=("faces",)), Eyes())
    assert demand_releasable(chess(), Consent(people_visible=1, shows=("faces",)), Eyes()) is Release.CLEAR


def test_attack_a_file_nobody_can_look_through_stays_at_home(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(bytes(128) + b"DICM" + b"\xff" * 40)
    made = chess()
    made = replace(made, source=replace(made.source, files=(path,)))
    assert demand_releasable(made, Consent(), None) is Release.UNKNOWN, "without the extra nobody would know"
    everything = Consent(people_visible=1, shows=("faces", "voices", "texts", "positions"))
    with pytest.raises(NotReleasableError, match=r"identifiers not looked for: cannot read a\.dcm"):
        demand_releasable(made, everything, Eyes())


def test_kinds_that_do_not_exist_are_named() -> None:
    with pytest.raises(ClientError, match="faces, voices, texts, positions"):
        demand_kinds(("identifiers",))


def test_previews_are_always_redacted() -> None:
    def tile(sheet: bytes | None) -> NDArray[np.uint8]:
        assert sheet is not None
        return np.array(Image.open(io.BytesIO(sheet)))[:96, :96]

    seen = tile(contact_sheet(chess(), Eyes()))
    assert np.abs(seen[18:62, 18:62].astype(int) - 128).max() <= 6, "the face is filled"
    coarse = tile(contact_sheet(chess()))
    assert coarse.shape == (96, 96)
    assert coarse.std() < 60 < np.array(Image.fromarray(Checkers().image(0))).std(), "squares run into one another"
