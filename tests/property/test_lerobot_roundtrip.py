"""Any set of episodes, from either layout and any keyframe spacing, comes back row for row and frame for frame."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.export import export_lerobot_v3
from headwater.formats import Episode, frames, open_recording
from headwater.testing.recordings import CAMERA, frame_number, write_lerobot_v21, write_lerobot_v30

LENGTHS = st.lists(st.integers(1, 17), min_size=1, max_size=4)


def shown(episode: Episode) -> list[int]:
    return [frame_number(frame.image) for frame in frames(episode.videos[CAMERA])]


@settings(max_examples=25, deadline=None)
@given(
    old=LENGTHS,
    new=LENGTHS,
    gop=st.integers(1, 9),
    bframes=st.integers(0, 2),
    fps=st.sampled_from([7, 30, 50]),
    joints=st.integers(1, 7),
    seed=st.integers(0, 2**32),
)
def test_roundtrip(old: list[int], new: list[int], gop: int, bframes: int, fps: int, joints: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        write_lerobot_v21(root / "old", old, fps=fps, joints=joints, seed=seed)
        write_lerobot_v30(root / "new", new, fps=fps, joints=joints, seed=seed, gop=gop, bframes=bframes)
        sources = [*open_recording(root / "old"), *open_recording(root / "new")]
        report = export_lerobot_v3(sources, root / "out")
        assert report.copied + len(report.reencoded) == len(sources)
        row = 0
        for source, episode in zip(sources, open_recording(root / "out"), strict=True):
            for name, stream in source.streams.items():
                np.testing.assert_array_equal(episode.streams[name].values, stream.values)
                assert (episode.streams[name].dtype, episode.streams[name].axes) == (stream.dtype, stream.axes)
            assert shown(episode) == shown(source)
            np.testing.assert_array_equal(episode.ledger["index"], np.arange(row, row + source.length))
            np.testing.assert_allclose(episode.ledger["timestamp"], np.arange(source.length) / fps, atol=1e-5)
            row += source.length
