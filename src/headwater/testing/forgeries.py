"""Bad recordings made from good ones, the same every time, for the demo's bad contributors and for tests.

Each forgery changes one thing in the content and keeps every count, statistic and index right, so that a check
that catches it has looked at the content. ``reencoded`` changes nothing and must pass. Robot forgeries take any
LeRobot recording and write a one-episode v2.1 folder; gyro forgeries take an MP4 with telemetry.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.formats import Episode, Kind, Video, frames, open_recording
from headwater.formats.gopro import payloads
from headwater.testing.lerobot_v21 import Table, video_path, write_episode, write_video

FREEZE_AT, FREEZE = 80, 60
BLACK_AT, BLACK = 50, 40
SHIFT = 8
JITTER_S = 0.012
NOISE = 2e-3
CUT_AT, CUT_S = 90, 0.5
DROP_AT, DROP = 60, 12
DRIFT = 0.01
GAP_AT_S, GAP_S = 4.0, 1.0
LOOP_AT, LOOP_S = 120, 2.0
RAMP = 10
SCREEN_PITCH, SCREEN_TILT_DEG, SCREEN_GAP = 1.7, 3.0, 0.25
SEED = 20261121

Images = list[NDArray[np.uint8]]


@dataclass(frozen=True)
class Draft:
    """A recording being forged.

    Attributes:
        images: the pictures of each camera as I420; table: the rows.
        fps: of both; declared: the rate that is claimed instead.
    """

    images: dict[str, Images]
    table: Table
    fps: float
    declared: Fraction | None = None


@dataclass(frozen=True)
class Forgery:
    """One way to cheat.

    Attributes:
        change: what is done; ``None`` where files are treated as bytes, or by ``exchange``.
        exchange: what is done with the rows of another episode.
        rules: any of these as a DEFECT means that it was blocked for the right reason; empty if it must pass.
        needs_index: only an index of earlier items can show it.
        needs_donor: takes pictures or rows from another episode.
    """

    name: str
    rules: tuple[str, ...]
    change: Callable[[Draft, Images], Draft] | None = None
    needs_index: bool = False
    needs_donor: bool = False
    exchange: Callable[[Draft, Table], Draft] | None = None


def forge(
    name: str,
    source: Path,
    out: Path,
    *,
    episode: int = 0,
    donor: Path | None = None,
    donor_episode: int = 0,
    codec: str = "h264",
) -> Path:
    """Make ``name`` (of ``FORGERIES`` or ``FLAWS``) of an episode of ``source`` under ``out``; returns what to submit.

    ``donor`` gives the pictures for ``video_of_another`` and the rows for ``actions_of_another``; for gyro forgeries it
    may give the foreign gyro (any recording with one), else an invented gyro with the same spectrum is used.
    """
    forgery = FORGERIES.get(name) or FLAWS[name]
    if name == "exact_copy":
        return _copied(source, out)
    if name == "gyro_gap":
        return _gyro_gap(source, out)
    if name in ("gyro_csv", "gyro_gpmf"):
        make = _gyro_csv if name == "gyro_csv" else _gyro_gpmf
        return make(source, out, _foreign_gyro(source, donor))
    original = open_recording(source)[episode]
    draft = _draft(original)
    if forgery.needs_donor and donor is None:
        raise ValueError(f"{name} needs a donor")
    other = open_recording(donor)[donor_episode] if forgery.needs_donor and donor is not None else None
    if forgery.exchange is not None and other is not None:
        draft = forgery.exchange(draft, _table(other))
    if forgery.change is not None:
        pictures = list(_pictures(next(iter(other.videos.values())))) if other is not None else []
        draft = forgery.change(draft, pictures)
    return _written(draft, original, out, codec)


def half_done(source: Path, out: Path, *, episode: int = 0, codec: str = "h264") -> Path:
    """The second half of an episode as if it were all of it: nothing is forged, but the task is not shown.

    Checks have no reason to block it; it is what reviewers are for.
    """
    original = open_recording(source)[episode]
    draft = _draft(original)
    half = len(draft.table.timestamps) // 2
    columns = {name: values[half:] for name, values in draft.table.columns.items()}
    rows = np.arange(len(draft.table.timestamps) - half) / draft.fps
    table = replace(draft.table, columns=columns, timestamps=rows)
    images = {key: pictures[half:] for key, pictures in draft.images.items()}
    return _written(replace(draft, images=images, table=table), original, out, codec)


def _draft(episode: Episode) -> Draft:
    images = {key: list(_pictures(video)) for key, video in episode.videos.items()}
    return Draft(images, _table(episode), float(episode.fps))


def _table(episode: Episode) -> Table:
    kept = {s.name: s for s in episode.streams.values() if s.kind in (Kind.STATE, Kind.ACTION)}
    stamps = episode.ledger.get("timestamp")
    times = np.arange(episode.length) / float(episode.fps) if stamps is None else np.asarray(stamps, np.float64)
    return Table({n: s.values.copy() for n, s in kept.items()}, {n: s.axes for n, s in kept.items()}, times)


def _pictures(video: Video) -> Iterator[NDArray[np.uint8]]:
    for frame in frames(video, gray=False):
        yield np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_RGB2YUV_I420), np.uint8)


def _written(draft: Draft, episode: Episode, out: Path, codec: str) -> Path:
    sizes = {key: (images[0].shape[1], images[0].shape[0] * 2 // 3, codec) for key, images in draft.images.items()}
    task = episode.tasks[0] if episode.tasks else ""
    write_episode(out, draft.table, sizes, fps=draft.declared or episode.fps, robot=episode.embodiment, task=task)
    for key, images in draft.images.items():
        write_video(video_path(out, key), images, fps=episode.fps, codec=codec)
    return out


def _with_images(draft: Draft, change: Callable[[Images], Images]) -> Draft:
    return replace(draft, images={key: change(images) for key, images in draft.images.items()})


def _with_columns(draft: Draft, change: Callable[[str, NDArray[np.float64]], NDArray[np.float64]]) -> Draft:
    columns = {name: change(name, np.asarray(values)) for name, values in draft.table.columns.items()}
    return replace(draft, table=replace(draft.table, columns=columns))


def _same(draft: Draft, _: Images) -> Draft:
    return draft


def _mirrored(draft: Draft, _: Images) -> Draft:
    noise = np.random.default_rng(SEED)
    noised = _with_columns(draft, lambda _, values: values + noise.normal(0, NOISE, values.shape))
    return _with_images(noised, lambda images: [_flipped(image) for image in images])


def _flipped(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rgb = cv2.flip(cv2.cvtColor(image, cv2.COLOR_YUV2RGB_I420), 1)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), np.uint8)


def _frozen(draft: Draft, _: Images) -> Draft:
    return _with_images(
        draft, lambda images: [images[FREEZE_AT] if 0 <= i - FREEZE_AT < FREEZE else x for i, x in enumerate(images)]
    )


def _black(draft: Draft, _: Images) -> Draft:
    return _with_images(
        draft, lambda images: [_dark(x) if 0 <= i - BLACK_AT < BLACK else x for i, x in enumerate(images)]
    )


def _dark(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    dark = np.full_like(image, 128)
    dark[: image.shape[0] * 2 // 3] = 16
    return dark


def _foreign_video(draft: Draft, donor: Images) -> Draft:
    """The donor's pictures, cut or stretched in time to the right number of frames, as a careful forger would."""

    def fitted(images: Images) -> Images:
        count = len(images)
        if len(donor) >= count:
            return donor[:count]
        return [donor[round(i * (len(donor) - 1) / (count - 1))] for i in range(count)]

    return _with_images(draft, fitted)


def _shifted(draft: Draft, _: Images, by: int = SHIFT) -> Draft:
    def change(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
        if not name.startswith("action"):
            return values
        rows = np.clip(np.arange(len(values)) - by, 0, len(values) - 1)
        return np.asarray(values[rows])

    return _with_columns(draft, change)


def _shifted_early(draft: Draft, images: Images) -> Draft:
    return _shifted(draft, images, -SHIFT)


def _jittered(draft: Draft, _: Images) -> Draft:
    off = np.random.default_rng(SEED).uniform(-JITTER_S, JITTER_S, len(draft.table.timestamps))
    return replace(draft, table=replace(draft.table, timestamps=draft.table.timestamps + off))


def _nan(draft: Draft, _: Images) -> Draft:
    first = next(iter(draft.table.columns))
    rows = np.random.default_rng(SEED).choice(len(draft.table.timestamps), 3, replace=False)

    def change(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
        values = values.copy()
        if name == first:
            values[rows, 0] = np.nan
        return values

    return _with_columns(draft, change)


def _reversed(draft: Draft, _: Images) -> Draft:
    return _with_images(draft, lambda images: images[::-1])


def _cut(draft: Draft, _: Images) -> Draft:
    count = round(CUT_S * draft.fps)
    return _with_images(draft, lambda images: images[:CUT_AT] + images[CUT_AT + count :])


def _cut_padded(draft: Draft, images: Images) -> Draft:
    """As ``cut``, and the last picture repeated so that the counts match again."""
    short = _cut(draft, images)
    rows = len(draft.table.timestamps)
    return _with_images(short, lambda kept: kept + [kept[-1]] * (rows - len(kept)))


def _foreign_actions(draft: Draft, donor: Table) -> Draft:
    """The donor's actions, cut or stretched in time to the right number of rows."""
    count = len(draft.table.timestamps)

    def change(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
        if not name.startswith("action"):
            return values
        other = donor.columns[name]
        rows = np.arange(count) if len(other) >= count else np.arange(count) * (len(other) - 1) // (count - 1)
        return np.asarray(other[rows], np.float64)

    return _with_columns(draft, change)


def _no_actions(draft: Draft, _: Images) -> Draft:
    return _with_columns(draft, lambda name, values: values * 0 if name.startswith("action") else values)


def _wrong_rate(draft: Draft, _: Images) -> Draft:
    """Twice the rate declared; the times of rows and pictures stay what they are."""
    return replace(draft, declared=2 * Fraction(draft.fps).limit_denominator(1001))


def _dropped(draft: Draft, _: Images) -> Draft:
    """Rows and their pictures left out; the other rows keep their times."""
    kept = np.r_[:DROP_AT, DROP_AT + DROP : len(draft.table.timestamps)]
    columns = {name: np.asarray(values)[kept] for name, values in draft.table.columns.items()}
    table = replace(draft.table, columns=columns, timestamps=draft.table.timestamps[kept])
    return _with_images(replace(draft, table=table), lambda images: images[:DROP_AT] + images[DROP_AT + DROP :])


def _drifting(draft: Draft, _: Images) -> Draft:
    return replace(draft, table=replace(draft.table, timestamps=draft.table.timestamps * (1 + DRIFT)))


def _gyro_gap(source: Path, out: Path) -> Path:
    """The recording's own sensors beside the video, with a second missing."""
    made = _gyro_csv(source, out, open_recording(source)[0].of_kind(Kind.GYRO)[0].values)
    head, *rows = (made / "imu.csv").read_text().splitlines()
    kept = [row for row in rows if not 0 <= float(row.partition(",")[0]) - GAP_AT_S < GAP_S]
    (made / "imu.csv").write_text("\n".join([head, *kept]) + "\n")
    return made


def _over(images: Images, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Images:
    return [change(x) if 0 <= i - BLACK_AT < BLACK else x for i, x in enumerate(images)]


def _white(draft: Draft, _: Images) -> Draft:
    return _with_images(draft, lambda images: _over(images, lambda image: _flat(image, 240)))


def _covered(draft: Draft, _: Images) -> Draft:
    return _with_images(draft, lambda images: _over(images, lambda image: _flat(image, 90)))


def _flat(image: NDArray[np.uint8], luma: int) -> NDArray[np.uint8]:
    flat = np.full_like(image, 128)
    flat[: image.shape[0] * 2 // 3] = luma
    return flat


def _looped(draft: Draft, _: Images) -> Draft:
    """Two seconds shown a second time in place of what came then."""
    size = round(LOOP_S * draft.fps)
    return _with_images(
        draft, lambda images: images[:LOOP_AT] + images[LOOP_AT - size : LOOP_AT] + images[LOOP_AT + size :]
    )


def _cut_slowed(draft: Draft, images: Images) -> Draft:
    """As ``cut``, and the rest slowed down so that the counts match again."""
    rows = len(draft.table.timestamps)

    def filled(kept: Images) -> Images:
        tail = kept[CUT_AT:]
        wanted = rows - CUT_AT
        return kept[:CUT_AT] + [tail[i * len(tail) // wanted] for i in range(wanted)]

    return _with_images(_cut(draft, images), filled)


def _blurred(draft: Draft, _: Images) -> Draft:
    """Out of focus and back, over ``RAMP`` frames each."""

    def change(images: Images) -> Images:
        return [_soft(x, min(i - BLACK_AT, BLACK_AT + BLACK - i, RAMP) / RAMP) for i, x in enumerate(images)]

    return _with_images(draft, change)


def _soft(image: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    if share <= 0:
        return image
    soft, height = image.copy(), image.shape[0] * 2 // 3
    soft[:height] = cv2.GaussianBlur(np.ascontiguousarray(image[:height]), (0, 0), share * image.shape[1] / 40)
    return soft


def _pushed(draft: Draft, _: Images) -> Draft:
    """The camera is turned by a tenth of its view in the middle of the episode, over ``RAMP`` frames."""

    def change(images: Images) -> Images:
        half = len(images) // 2
        return [_slid(image, (i - half) / RAMP) for i, image in enumerate(images)]

    return _with_images(draft, change)


def _slid(image: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    rgb = cv2.cvtColor(image, cv2.COLOR_YUV2RGB_I420)
    by = round(min(share, 1) * rgb.shape[1] / 10)
    if by <= 0:
        return image
    slid = np.concatenate([rgb[:, by:], rgb[:, : -by - 1 : -1]], axis=1)
    return np.asarray(cv2.cvtColor(slid, cv2.COLOR_RGB2YUV_I420), np.uint8)


def _filmed(draft: Draft, _: Images) -> Draft:
    """Shown on a screen and filmed: the camera's pixels see the screen's grid, tilted a little."""
    masks: dict[tuple[int, int], NDArray[np.float32]] = {}

    def seen(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = image.shape[0] * 2 // 3, image.shape[1]
        if (height, width) not in masks:
            masks[height, width] = _screen(height, width)
        shown = image.copy()
        shown[:height] = np.clip(np.rint(image[:height] * masks[height, width]), 0, 255)
        return shown

    return _with_images(draft, lambda images: [seen(image) for image in images])


def _screen(height: int, width: int) -> NDArray[np.float32]:
    """What each camera pixel receives of an evenly lit screen, sampled four by four; mean 1."""
    y, x = np.mgrid[: height * 4, : width * 4].astype(np.float32) / 4
    turn = np.float32(np.deg2rad(SCREEN_TILT_DEG))
    across, down = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    lit = ((across / SCREEN_PITCH % 1 > SCREEN_GAP) & (down / SCREEN_PITCH % 1 > SCREEN_GAP)).astype(np.float32)
    grid = cv2.GaussianBlur(cv2.resize(lit, (width, height), interpolation=cv2.INTER_AREA), (0, 0), 0.6)
    return np.asarray(grid / grid.mean(), np.float32)


def _copied(source: Path, out: Path) -> Path:
    if source.is_dir():
        return Path(shutil.copytree(source, out, dirs_exist_ok=True, copy_function=shutil.copyfile))
    out.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(source, out / source.name))


def _foreign_gyro(source: Path, donor: Path | None) -> NDArray[np.float64]:
    """As many samples as the source's gyro has: the donor's repeated, or an invention with the source's spectrum."""
    own = open_recording(source)[0].of_kind(Kind.GYRO)[0].values
    if donor is not None:
        other = open_recording(donor)[0].of_kind(Kind.GYRO)[0].values
        return np.resize(other, own.shape)
    spectrum = np.fft.rfft(own - own.mean(axis=0), axis=0)
    phase = np.exp(2j * np.pi * np.random.default_rng(SEED).random(spectrum.shape))
    return np.asarray(np.fft.irfft(spectrum * phase, n=len(own), axis=0) + own.mean(axis=0))


def _gyro_csv(source: Path, out: Path, gyro: NDArray[np.float64]) -> Path:
    """The video untouched, beside a CSV with the foreign gyro and the recording's own accelerometer."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, out / "video.mp4")
    episode = open_recording(source)[0]
    lines = ["t_s,sensor,x,y,z,unit"]
    for kind, name, unit in ((Kind.GYRO, "gyro", "rad/s"), (Kind.ACCEL, "accel", "m/s^2")):
        for stream in episode.of_kind(kind)[:1]:
            values = gyro if kind is Kind.GYRO else stream.values
            times = stream.times_ns / 1e9
            lines += [
                f"{t:.6f},{name},{x:.6f},{y:.6f},{z:.6f},{unit}" for t, (x, y, z) in zip(times, values, strict=True)
            ]
    (out / "imu.csv").write_text("\n".join(lines) + "\n")
    return out


def _gyro_gpmf(source: Path, out: Path, gyro: NDArray[np.float64]) -> Path:
    """The same MP4 with the gyro's numbers overwritten inside its GPMF track; nothing else moves."""
    out.mkdir(parents=True, exist_ok=True)
    data = bytearray(source.read_bytes())
    used = 0
    for payload in payloads(source):
        at = data.find(payload.data)
        start = payload.data.find(b"GYRO")
        if at < 0 or start < 0:
            continue
        scale = _scale_before(payload.data, start)
        size, repeat = payload.data[start + 5], int.from_bytes(payload.data[start + 6 : start + 8], "big")
        part = np.resize(gyro[used : used + repeat], (repeat, 3)) * scale
        numbers = np.clip(np.rint(part), -32768, 32767).astype(">i2").tobytes()
        data[at + start + 8 : at + start + 8 + size * repeat] = numbers[: size * repeat]
        used += repeat
    target = out / source.name
    target.write_bytes(bytes(data))
    return target


def _scale_before(payload: bytes, gyro_at: int) -> float:
    """The SCAL item that stands before GYRO in its stream, an int16 or int32."""
    at = payload.rfind(b"SCAL", 0, gyro_at)
    width = payload[at + 5]
    return float(int.from_bytes(payload[at + 8 : at + 8 + width], "big", signed=True))


_LIST = (
    Forgery("reencoded", (), _same),
    Forgery("exact_copy", ("copy/exact-content",), needs_index=True),
    Forgery("mirrored_noised_copy", ("copy/near-video", "copy/near-trajectory"), _mirrored, needs_index=True),
    Forgery("frozen_video", ("motion/frozen-video",), _frozen),
    Forgery("black_span", ("picture/black-span",), _black),
    Forgery("video_of_another", ("authenticity/video-motion", "copy/near-video"), _foreign_video, needs_donor=True),
    Forgery("shifted_actions", ("motion/action-lag",), _shifted),
    Forgery("early_actions", ("motion/action-lag",), _shifted_early),
    Forgery("timestamp_jitter", ("time/stamps",), _jittered),
    Forgery("three_nan", ("signal/finite",), _nan),
    Forgery("reversed_video", ("authenticity/reversed-video", "authenticity/video-motion"), _reversed),
    Forgery("cut_video", ("time/video-frames",), _cut),
    Forgery("cut_padded_video", ("authenticity/video-motion", "motion/frozen-video"), _cut_padded),
    Forgery("actions_of_another", ("motion/action-effect",), needs_donor=True, exchange=_foreign_actions),
    Forgery("no_actions", ("motion/action-effect",), _no_actions),
    Forgery("wrong_rate", ("ledger/rate",), _wrong_rate),
    Forgery("dropped_rows", ("time/stamps",), _dropped),
    Forgery("drifting_clock", ("time/stamps",), _drifting),
    Forgery("gyro_gap", ("time/clocks",)),
    Forgery("gyro_csv", ("authenticity/gyro-flow",)),
    Forgery("gyro_gpmf", ("authenticity/gyro-flow",)),
    Forgery("white_span", ("picture/exposure",), _white),
    Forgery("covered_span", ("picture/covered",), _covered),
    Forgery("looped_video", ("authenticity/loop",), _looped),
    Forgery("cut_slowed_video", ("authenticity/cut", "authenticity/video-motion"), _cut_slowed),
)
_SHOWN = (
    Forgery("blurred_span", ("picture/blur",), _blurred),
    Forgery("pushed_camera", ("picture/camera-moved",), _pushed),
    Forgery("filmed_screen", ("authenticity/screen-recapture",), _filmed),
)
FORGERIES: dict[str, Forgery] = {forgery.name: forgery for forgery in _LIST}
FLAWS: dict[str, Forgery] = {flaw.name: flaw for flaw in _SHOWN}  # found as a RISK: for reviewers to look at
ROBOT_FORGERIES: tuple[str, ...] = tuple(forgery.name for forgery in _LIST if forgery.change or forgery.exchange)
