from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest

from headwater.formats.gopro import sample_times
from headwater.formats.gpmf import GpmfError, parse


def klv(key: str, kind: str, size: int, repeat: int, data: bytes) -> bytes:
    padded = data + b"\0" * (-len(data) % 4)
    return struct.pack(">4scBH", key.encode(), kind.encode() if kind else b"\0", size, repeat) + padded


def nest(key: str, *items: bytes) -> bytes:
    body = b"".join(items)
    return klv(key, "", 1, len(body), body)


def shorts(key: str, rows: list[tuple[int, ...]]) -> bytes:
    flat = [value for row in rows for value in row]
    return klv(key, "s", 2 * len(rows[0]), len(rows), struct.pack(f">{len(flat)}h", *flat))


def text(key: str, value: str) -> bytes:
    return klv(key, "c", 1, len(value), value.encode("latin-1"))


def device(number: int, name: str, *streams: bytes) -> bytes:
    return nest("DEVC", klv("DVID", "L", 4, 1, struct.pack(">L", number)), text("DVNM", name), *streams)


GYRO = nest("STRM", text("SIUN", "rad/s"), klv("SCAL", "s", 2, 1, struct.pack(">h", 100)),
            shorts("GYRO", [(100, -50, 25), (0, 1, 2), (3, 4, 5)]))  # fmt: skip


def test_scale_unit_and_padding() -> None:
    (chunk,) = parse(device(1, "Camera", GYRO))
    assert (chunk.key, chunk.unit, chunk.device) == ("GYRO", "rad/s", (1, "Camera"))
    np.testing.assert_array_equal(chunk.values, [[1, -0.5, 0.25], [0, 0.01, 0.02], [0.03, 0.04, 0.05]])


def test_superscripts_and_one_scale_a_column() -> None:
    stream = nest(
        "STRM",
        text("SIUN", "m/s²"),
        klv("SCAL", "s", 2, 3, struct.pack(">3h", 1, 10, 100)),
        shorts("ACCL", [(1, 10, 100)]),
    )
    (chunk,) = parse(device(1, "Camera", stream))
    assert chunk.unit == "m/s^2"
    np.testing.assert_array_equal(chunk.values, [[1, 1, 1]])


def test_two_devices_stay_apart_and_zero_padding_ends_a_payload() -> None:
    chunks = parse(device(1, "Karma", GYRO) + device(2, "Camera", GYRO) + b"\0" * 64)
    assert [chunk.device for chunk in chunks] == [(1, "Karma"), (2, "Camera")]


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (klv("DEVC", "", 1, 60_000, b"\0\0\0\0"), "more bytes"),
        (device(1, "C", nest("STRM", shorts("SCAL", [(0,)]), shorts("GYRO", [(1, 2, 3)]))), "SCAL"),
        (device(1, "C", nest("STRM", shorts("SCAL", [(1, 2)]), shorts("GYRO", [(1, 2, 3)]))), "SCAL"),
    ],
)
def test_lying_lengths_and_scales_are_refused(payload: bytes, message: str) -> None:
    with pytest.raises(GpmfError, match=message):
        parse(payload)


def test_every_truncation_is_read_or_refused_but_never_crashes() -> None:
    whole = device(1, "Camera", GYRO, GYRO)
    for cut in range(len(whole)):
        try:
            parse(whole[:cut])
        except GpmfError:
            continue


def test_last_payload_stops_with_the_recording() -> None:
    second = Fraction(1)
    times = sample_times([(4, Fraction(0), second), (4, second, second), (1, 2 * second, second)])
    assert times.tolist() == [i * 250_000_000 for i in range(9)]
    full = sample_times([(4, Fraction(0), second), (3, second, second)])
    assert full.tolist()[4:] == [1_000_000_000, 1_333_333_333, 1_666_666_666]


def mixed(types: str, rows: list[tuple[float, ...]], code: str, *about: bytes) -> bytes:
    size = struct.calcsize(f">{code}")
    data = b"".join(struct.pack(f">{code}", *row) for row in rows)
    return nest("STRM", text("TYPE", types), *about, klv("ATTD", "?", size, len(rows), data))


def test_samples_of_mixed_types() -> None:
    scales = klv("SCAL", "l", 4, 4, struct.pack(">4l", 1000, 1, 1, 10))
    units = klv("UNIT", "c", 3, 4, b"s\0\0radradm\0\0")
    (chunk,) = parse(device(7, "Drone", mixed("Lf[2]s", [(1500, 0.5, -0.25, 30)], "Lffh", scales, units)))
    assert (chunk.unit, chunk.device) == ("s,rad,rad,m", (7, "Drone"))
    np.testing.assert_array_equal(chunk.values, [[1.5, 0.5, -0.25, 3.0]])


@pytest.mark.parametrize(
    ("types", "message"), [("LfffB", "says"), ("L[999999]", "says|more than"), ("LL[200]f[99]", "more")]
)
def test_mixed_types_that_do_not_fit(types: str, message: str) -> None:
    with pytest.raises(GpmfError, match=message):
        parse(device(1, "C", mixed(types, [(1, 0.5)], "Lf")))


def test_mixed_types_with_words_are_left_out() -> None:
    assert parse(device(1, "C", mixed("LF", [(1, 2)], "LL"))) == []
