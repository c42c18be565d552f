"""Pictures in the table's rows are a camera like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.formats import DamagedFileError, frames, open_recording
from headwater.testing.recordings import add_pictures, frame_number, numbered_frame, write_lerobot_v21

STILL = "observation.images.still"


def test_pictures_in_the_table_are_a_camera(tmp_path: Path) -> None:
    recording = open_recording(add_pictures(write_lerobot_v21(tmp_path / "set", [6, 9])))
    for episode, length in zip(recording, (6, 9), strict=True):
        video = episode.videos[STILL]
        assert (video.width, video.height, video.codec, video.pix_fmt) == (64, 48, "png", "gray")
        assert video.stills is not None
        np.testing.assert_array_equal(video.stills.times_ns, episode.streams["action"].times_ns)
        np.testing.assert_array_equal(video.stills.image(5), numbered_frame(5))
        assert [frame_number(frame.image) for frame in frames(video, width=None)] == list(range(length))
        assert STILL not in episode.streams
        assert not any(STILL in note for note in episode.notes)
        assert len(set(episode.source.files)) == len(episode.source.files)


def test_a_picture_left_outside_the_table_is_named(tmp_path: Path) -> None:
    root = add_pictures(write_lerobot_v21(tmp_path / "set", [6]))
    path = root / "data/chunk-000/episode_000000.parquet"
    table = pq.read_table(path)
    rows = table[STILL].to_pylist()
    rows[3] = {"bytes": None, "path": "images/frame_000003.png"}
    kind = table.schema.field(STILL).type
    place = table.column_names.index(STILL)
    pq.write_table(table.set_column(place, STILL, [pa.array(rows, kind)]), path, row_group_size=4)
    video = open_recording(root)[0].videos[STILL]
    assert video.stills is not None
    with pytest.raises(DamagedFileError, match=r"observation\.images\.still\[3\]"):
        video.stills.image(3)
