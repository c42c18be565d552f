"""Pictures in messages: raw and compressed images, and video packets, each found in its file when asked for."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater.formats.errors import DamagedFileError, TooLargeError
from headwater.formats.message_ports import Log, Place
from headwater.formats.message_types import Decode, SchemaError
from headwater.formats.stills import MAX_STILL_PIXELS, decode_still, still_size

_FIX = "Record again, or repair the file with its own tool (mcap recover, rosbag fix)."
_NOT_READ = "is not read here"
_MILLIMETRES = 1000.0
_MAX_WALK = 600
_MAX_HELD = 32
_RAW: dict[str, tuple[str, int, str]] = {
    "rgb8": ("u1", 3, "rgb24"), "bgr8": ("u1", 3, "bgr24"), "rgba8": ("u1", 4, "rgba"), "bgra8": ("u1", 4, "bgra"),
    "mono8": ("u1", 1, "gray"), "8uc1": ("u1", 1, "gray"), "8uc3": ("u1", 3, "bgr24"), "mono16": ("u2", 1, "gray16le"),
    "16uc1": ("u2", 1, "gray16le"), "32fc1": ("f4", 1, "grayf32le"),
}  # fmt: skip
_MEDIA = ((b"\xff\xd8", "image/jpeg", "mjpeg"), (b"\x89PNG", "image/png", "png"), (b"RIFF", "image/webp", "webp"))
_VIDEO = {"h264": "h264", "h265": "hevc", "vp9": "vp9", "av1": "av1"}
_DECODERS = {"av1": "libdav1d"}  # FFmpeg's own of that name needs a graphics card


class Look(NamedTuple):
    """What a camera's first picture says about all."""

    width: int
    height: int
    codec: str
    pix_fmt: str
    depth_unit_m: float | None
    notes: tuple[str, ...] = ()


class MessageStills:
    """Image and CompressedImage messages of one topic."""

    def __init__(
        self,
        log: Log,
        topic: str,
        decode: Decode,
        places: Sequence[Place],
        times_ns: NDArray[np.int64],
        sizes: NDArray[np.int64],
    ) -> None:
        self._log, self._topic, self._decode = log, topic, decode
        self._places, self.times_ns, self._sizes = places, times_ns, sizes

    def size_bytes(self, index: int) -> int:
        return int(self._sizes[index])

    def message(self, index: int) -> Mapping[str, Any]:
        """The message itself. Raises DamagedFileError."""
        try:
            return self._decode(self._log.read(self._places[index]))
        except SchemaError as error:
            raise self.damaged(index, "message does not fit its schema", str(error)) from None

    def damaged(self, index: int, problem: str, actual: str) -> DamagedFileError:
        """The error for picture ``index``."""
        return DamagedFileError(
            problem, file=self.path(index), field=f"{self._topic}[{index}]", actual=actual[:120], fix=_FIX
        )

    def path(self, index: int) -> Path:
        """The file that holds picture ``index``."""
        return self._log.files[self._places[index].file]

    def data(self, index: int, message: Mapping[str, Any]) -> bytes:
        """The message's bytes. Raises DamagedFileError."""
        try:
            return _bytes(message)
        except (LookupError, TypeError, ValueError) as error:
            raise self.damaged(index, "picture has no bytes", str(error)) from None

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        message = self.message(index)
        if "encoding" in message or "compressedDepth" in str(message.get("format", "")):
            return None
        data = self.data(index, message)
        return next((media for magic, media, _ in _MEDIA if data.startswith(magic)), "application/octet-stream"), data

    def image(self, index: int) -> NDArray[Any]:
        message = self.message(index)
        where = f"{self._topic}[{index}]"
        try:
            if "encoding" in message:
                return self._raw(index, message)
            data, form = _bytes(message), str(message.get("format", ""))
            if "compressedDepth" in form:
                return self._depth(index, data, form)
        except (LookupError, TypeError, ValueError, OverflowError, struct.error) as error:
            raise self.damaged(index, "picture cannot be read", str(error)) from None
        return decode_still(data, self.path(index), where)

    def _raw(self, index: int, message: Mapping[str, Any]) -> NDArray[Any]:
        width, height, step = int(message["width"]), int(message["height"]), int(message["step"])
        known = _RAW.get(str(message["encoding"]).lower())
        if known is None:
            raise self.damaged(index, f"encoding {_NOT_READ}", str(message["encoding"]))
        code, channels, pixels = known
        row = width * channels * int(code[1])
        if not 0 < width * height <= MAX_STILL_PIXELS:
            actual = f"{width}x{height}"
            raise TooLargeError(
                "frame size", file=self.path(index), field=self._topic, actual=actual, allowed=MAX_STILL_PIXELS
            )
        data = _bytes(message)
        if step < row or len(data) < step * (height - 1) + row:
            raise self.damaged(index, "picture is cut", f"{len(data)} bytes for {width}x{height}, step {step}")
        order = ">" if message.get("is_bigendian") and code != "u1" else "<"
        padded = data[: step * height].ljust(step * height, b"\0")
        lines = np.frombuffer(padded, np.uint8).reshape(height, step)[:, :row]
        image = np.ascontiguousarray(lines).view(f"{order}{code}" if code != "u1" else np.uint8)
        image = image.reshape(height, width, channels) if channels > 1 else image.reshape(height, width)
        if code == "f4":
            return _metres(image)
        if pixels.startswith("bgr"):
            image = image[..., [2, 1, 0]]
        image = image[..., :3] if channels == 4 else image
        return np.ascontiguousarray(image.astype(np.uint16 if code == "u2" else np.uint8))

    def _depth(self, index: int, data: bytes, form: str) -> NDArray[Any]:
        """ROS's compressed_depth_image_transport: 12 bytes of parameters, then a PNG."""
        _, far, near = struct.unpack_from("<iff", data)
        steps = decode_still(data[12:], self.path(index), f"{self._topic}[{index}]")
        if steps.ndim != 2:
            raise ValueError("depth with colours")
        if not form.startswith("32FC1"):
            return steps.astype(np.uint16)
        inverse = steps.astype(np.float64) - near
        with np.errstate(divide="ignore", invalid="ignore"):
            return _metres(np.where((steps > 0) & (inverse > 0), far / inverse, 0.0))


class VideoPackets(MessageStills):
    """CompressedVideo messages: one packet, one picture, each decoded from the key frame before it.

    A decoder may hold pictures back although none is out of order, if the stream says that some could be; then the
    packets after are needed to get one out. ``shown``: width and height to cut the coded pictures to.
    """

    _context: Any = None
    _fed = 0
    _last = -2

    shown: tuple[int, int] | None = None

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._ready: dict[int, Any] = {}

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        return None

    def image(self, index: int) -> NDArray[Any]:
        import av

        try:
            if index != self._last + 1 or self._context is None:
                self._fed = self._key_before(index)
                self._context, self._ready = self._new_context(index), {}
            self._last = -2
            while index not in self._ready:
                self._feed(index)
            picture = self._ready.pop(index)
        except (av.FFmpegError, ValueError, TypeError) as error:
            raise self.damaged(index, "packet cannot be decoded", str(error)) from None
        if picture.width * picture.height > MAX_STILL_PIXELS:
            raise TooLargeError("frame size", file=self.path(index), field=self._topic, allowed=MAX_STILL_PIXELS)
        self._last = index
        width, height = self.shown or (picture.width, picture.height)
        return np.ascontiguousarray(picture.to_ndarray(format="rgb24")[:height, :width])

    def _feed(self, index: int) -> None:
        """Give the decoder the next packet, or the end, and keep the pictures from ``index`` on."""
        import av

        if self._fed > len(self._places) or self._fed > index + _MAX_HELD or (self._ready and min(self._ready) > index):
            raise self.damaged(index, "packet gives no picture of its own", f"{self._fed - index} packets on")
        packet = None
        if self._fed < len(self._places):
            packet = av.Packet(_bytes(self.message(self._fed)))
            packet.pts = self._fed
        pictures = self._context.decode(packet)
        self._fed += 1
        self._ready |= {
            picture.pts: picture for picture in pictures if picture.pts is not None and picture.pts >= index
        }

    def _new_context(self, index: int) -> Any:
        import av

        form = str(self.message(index).get("format", ""))
        if form not in _VIDEO:
            raise self.damaged(index, f"video format {_NOT_READ}", form)
        context = av.CodecContext.create(_DECODERS.get(form, _VIDEO[form]), "r")
        context.thread_count = 1
        context.flags |= av.codec.context.Flags.low_delay
        return context

    def _key_before(self, index: int) -> int:
        for place in range(index, max(-1, index - _MAX_WALK), -1):
            message = self.message(place)
            if is_key(str(message.get("format", "")), _bytes(message)):
                return place
        raise self.damaged(index, "no key frame before it", f"none in {_MAX_WALK} packets")


def is_key(form: str, data: bytes) -> bool:
    """True if a unit of H.264 or H.265 (Annex B) or AV1 starts a group of pictures; other formats: it may."""
    if form == "av1":
        return _has_sequence_header(data)
    if form not in ("h264", "h265"):
        return True
    place = data.find(b"\0\0\1")
    while 0 <= place < len(data) - 3:
        unit = data[place + 3]
        if (unit & 31 == 5) if form == "h264" else (16 <= unit >> 1 & 63 <= 21):
            return True
        place = data.find(b"\0\0\1", place + 3)
    return False


def _has_sequence_header(data: bytes) -> bool:
    """True if a temporal unit of AV1's low-overhead format has one: Foxglove asks for it in every key frame's."""
    place = 0
    while place < len(data):
        head = data[place]
        place += 2 if head & 4 else 1  # an extension byte
        if head >> 3 & 15 == 1:
            return True
        if not head & 2:  # no size: the unit ends with it
            return False
        size = shift = 0
        while place < len(data) and shift < 56:
            size |= (data[place] & 127) << shift
            shift, place = shift + 7, place + 1
            if not data[place - 1] & 128:
                break
        place += size
    return False


def first_picture(stills: MessageStills, kind: str) -> Look:
    """Size and coding of a topic's pictures. Raises RecordingError if the first cannot be read."""
    message = stills.message(0)
    if isinstance(stills, VideoPackets):
        picture = stills.image(0)
        codec = _VIDEO[str(message.get("format"))]
        return Look(picture.shape[1], picture.shape[0], codec, "yuv420p", None)
    if "encoding" in message:
        picture = stills.image(0)
        encoding = str(message["encoding"]).lower()
        depth = encoding in ("16uc1", "32fc1")
        notes = ("A 32FC1 depth picture is read in whole millimetres.",) if encoding == "32fc1" else ()
        pixels = "gray16le" if depth else _RAW[encoding][2]
        return Look(picture.shape[1], picture.shape[0], "raw", pixels, 0.001 if depth else None, notes)
    form = str(message.get("format", ""))
    if "compressedDepth" in form:
        picture = stills.image(0)
        return Look(picture.shape[1], picture.shape[0], "png", "gray16le", 0.001)
    data = stills.data(0, message)
    width, height = still_size(data, stills.path(0), f"{kind} 0")
    codec = next((name for magic, _, name in _MEDIA if data.startswith(magic)), "still")
    depth_png = codec == "png" and form.lower().startswith("16uc1")
    pixels = "gray16le" if depth_png else "yuvj420p" if codec == "mjpeg" else "rgb24"
    return Look(width, height, codec, pixels, 0.001 if depth_png else None)


def _bytes(message: Mapping[str, Any]) -> bytes:
    data = message["data"]
    if isinstance(data, str):  # JSON carries bytes as base64
        import base64

        return base64.b64decode(data, validate=True)
    if isinstance(data, bytes):
        return data
    raise TypeError("data are no bytes")


def _metres(depth: NDArray[Any]) -> NDArray[np.uint16]:
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.rint(np.nan_to_num(depth.astype(np.float64) * _MILLIMETRES, nan=0.0, posinf=0.0, neginf=0.0))
    return np.asarray(np.clip(steps, 0, 65535).astype(np.uint16))
