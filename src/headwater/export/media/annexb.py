"""A clip's packets as Foxglove wants them: one picture a message, each able to say where a decoder may start.

H.264 and H.265 go from MP4's length prefixes to Annex B start codes, with parameter sets before every key frame; AV1
key frames get their sequence header. The coded pictures stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from av.bitstream import BitStreamFilterContext

from headwater.export.media.files import Clip, clip_packets
from headwater.formats.message_pictures import is_key
from headwater.formats.video import open_container, video_track

FORMATS = {"h264": "h264", "hevc": "h265", "av1": "av1", "vp9": "vp9"}
_FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}


def obstacle(clip: Clip) -> str | None:
    """Why a clip's packets cannot be messages; ``None`` if they can."""
    if clip.signature[0] not in FORMATS:
        return f"Foxglove has no {clip.signature[0]} video"
    return "it has B-frames, which Foxglove's video must not have" if clip.delay else None


def messages(clip: Clip) -> Iterator[bytes]:
    """The data of one CompressedVideo message a frame, in order."""
    codec = clip.signature[0]
    if codec in _FILTERS:
        yield from _filtered(clip, _FILTERS[codec])
        return
    header = _sequence_header(clip.signature[4]) if codec == "av1" else b""
    for packet in clip_packets(clip, inband=clip.inband):
        data = bytes(packet)
        if header and packet.is_keyframe and not is_key("av1", data):
            data = header + data
        yield data


def _filtered(clip: Clip, name: str) -> Iterator[bytes]:
    with open_container(clip.path) as container:
        track: Any = video_track(container, clip.path)
        bsf = BitStreamFilterContext(name, track)
        for packet in clip_packets(clip, inband=clip.inband):
            packet.stream = track
            yield from (bytes(made) for made in bsf.filter(packet))
        yield from (bytes(made) for made in bsf.filter(None))


def _sequence_header(configuration: bytes) -> bytes:
    """The OBUs of an ``av1C`` box, whose first four bytes are flags."""
    return configuration[4:] if configuration[:1] == b"\x81" else b""
