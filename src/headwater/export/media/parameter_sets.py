"""Parameter sets inside compressed video: what a decoder must know before a keyframe, in the file's header or with it.

Clips of different encoders can share one file if every keyframe carries its own parameter sets (ISO/IEC 14496-15:
``avc3``, ``hev1``; AV1 always allows it). Nothing here touches coded pictures.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.export.errors import ExportError

TAGS = {"h264": "avc3", "hevc": "hev1", "av1": "av01"}
_AV1_SEQUENCE_HEADER = 1


def starts_afresh(codec: str, packet: bytes, extradata: bytes) -> bool:
    """True if a decoder forgets all earlier pictures at this keyframe (IDR), so that it may follow any other clip."""
    if codec not in ("h264", "hevc"):
        return True
    size = _length_size(codec, extradata)
    kinds = [nal[0] & 31 if codec == "h264" else nal[0] >> 1 & 63 for nal in _nals(packet, size) if nal]
    return 5 in kinds if codec == "h264" else bool({19, 20} & set(kinds))


def with_parameter_sets(codec: str, packet: bytes, extradata: bytes) -> bytes:
    """A keyframe with the sets of its file's header in front of it. Raises ExportError for other codecs."""
    if codec == "av1":
        header = extradata[4:]
        carried = bool(packet) and packet[0] >> 3 & 15 == _AV1_SEQUENCE_HEADER
        return packet if carried else header + packet
    if codec not in TAGS or not extradata or extradata[0] != 1:
        raise ExportError(f"{codec} keeps its parameter sets where they cannot be moved", allowed=", ".join(TAGS))
    size = _length_size(codec, extradata)
    sets = _avc_sets(extradata) if codec == "h264" else _hevc_sets(extradata)
    return b"".join(len(one).to_bytes(size, "big") + one for one in sets) + packet


def same_framing(codec: str, one: bytes, other: bytes) -> bool:
    """True if packets of the two configurations may stand in one track."""
    return codec == "av1" or (bool(one) and bool(other) and _length_size(codec, one) == _length_size(codec, other))


def _length_size(codec: str, extradata: bytes) -> int:
    """Bytes in front of each NAL unit that say how long it is."""
    place = 4 if codec == "h264" else 21
    return (extradata[place] & 3) + 1 if len(extradata) > place and extradata[0] == 1 else 4


def _nals(packet: bytes, size: int) -> Iterator[bytes]:
    place = 0
    while place + size <= len(packet):
        length = int.from_bytes(packet[place : place + size], "big")
        yield packet[place + size : place + size + length]
        place += size + length


def _avc_sets(extradata: bytes) -> list[bytes]:
    """Sequence and picture parameter sets of an AVCDecoderConfigurationRecord."""
    count, place = extradata[5] & 31, 6
    sequence, place = _sized(extradata, place, count)
    pictures, _ = _sized(extradata, place + 1, extradata[place])
    return sequence + pictures


def _hevc_sets(extradata: bytes) -> list[bytes]:
    """Video, sequence and picture parameter sets of an HEVCDecoderConfigurationRecord."""
    found: list[bytes] = []
    place = 23
    for _ in range(extradata[22]):
        own, place = _sized(extradata, place + 3, int.from_bytes(extradata[place + 1 : place + 3], "big"))
        found += own
    return found


def _sized(data: bytes, place: int, count: int) -> tuple[list[bytes], int]:
    found = []
    for _ in range(count):
        length = int.from_bytes(data[place : place + 2], "big")
        found.append(data[place + 2 : place + 2 + length])
        place += 2 + length
    return found, place
