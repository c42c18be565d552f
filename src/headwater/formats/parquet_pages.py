"""What the pages of a parquet file hold, by their own headers, before a library decodes one.

A page of forty bytes can hold a billion values, as runs of one value; what bounds a decoder is the count in the page's
header, and nothing in the format makes the footer's count equal to it. So the headers are walked here, in the order and
to the end that pyarrow reads them.
Source: parquet-format, ``parquet.thrift`` (PageHeader), Encodings.md; parquet-cpp ``SerializedPageReader``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from headwater.formats.parquet_footer import Column, Compact, FooterError

MAX_PAGES = 100_000
MAX_HEADER_BYTES = 1 << 20
MAX_HEADERS_BYTES = 8 << 20  # some three seconds of walking
_WINDOW_BYTES = 1 << 16
_KIND, _UNPACKED, _PACKED, _V1, _DICTIONARY_HEAD, _V2 = 1, 2, 3, 5, 7, 8
_COUNT, _V1_ENCODING, _V2_ENCODING = 1, 2, 4
_DATA_V1, _DICTIONARY, _DATA_V2 = 0, 2, 3
_OF_DICTIONARY, _DELTA_TEXT = (2, 8), 7


class Held(NamedTuple):
    """What one column's pages hold.

    Attributes:
        values: in pages that hold data, up to the one that reaches what the footer says.
        pages: their number.
        unpacked: bytes of all pages once decompressed.
        dictionary: the largest dictionary page, bytes; no value in it is longer.
        repeated: values that are places in a dictionary, and so may each be as long as it.
        delta: the largest page of texts that each say how much of the last one they repeat, bytes.
        growing: values in such pages; none is longer than its page.
    """

    values: int
    pages: int
    unpacked: int
    dictionary: int
    repeated: int
    delta: int
    growing: int


class _Page(NamedTuple):
    kind: int
    values: int
    encoding: int
    unpacked: int


def held_by(path: Path, columns: list[Column]) -> Iterator[Held]:
    """For each of the columns. Raises FooterError."""
    left = MAX_PAGES
    with path.open("rb") as file:
        walk = _Headers(file, path.stat().st_size)
        for column in columns:
            held = _held(walk, column, left)
            left -= held.pages
            yield held


def _held(walk: _Headers, column: Column, most: int) -> Held:
    pages, seen, unpacked, dictionary, repeated, delta, growing = 0, 0, 0, 0, 0, 0, 0
    for page in walk.pages(column):
        pages += 1
        unpacked += page.unpacked
        if pages > most:
            raise FooterError(f"more than {MAX_PAGES} pages")
        if page.kind == _DICTIONARY:
            dictionary = max(dictionary, page.unpacked)
            continue
        seen += page.values
        if page.encoding in _OF_DICTIONARY:
            repeated += page.values
        elif page.encoding == _DELTA_TEXT:
            delta, growing = max(delta, page.unpacked), growing + page.values
        if seen >= column.values:
            break
    return Held(seen, pages, unpacked, dictionary, repeated, delta, growing)


class _Headers:
    """Page headers of an open file, read through a window that moves on."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self._raw, self._from = b"", 0
        self._walked = 0

    def pages(self, column: Column) -> Iterator[_Page]:
        place, stop = column.start, column.start + column.size
        if stop > self._size:
            raise FooterError("pages lie behind the end of the file")
        while column.values and place < stop:
            head, body = self._header(place, stop)
            try:
                kind, unpacked, packed = head[_KIND], head[_UNPACKED], head[_PACKED]
                if min(unpacked, packed) < 0 or body + packed > stop:
                    raise FooterError("a page lies behind its column's end")
                if kind in (_DATA_V1, _DATA_V2, _DICTIONARY):
                    yield _page(kind, head, unpacked)
            except (KeyError, TypeError) as error:
                raise FooterError(f"a page's header is damaged: {type(error).__name__}") from None
            place = body + packed

    def _header(self, place: int, stop: int) -> tuple[dict[int, Any], int]:
        """The header at ``place``, and where what it is of begins."""
        size = _WINDOW_BYTES
        while True:
            inside = place - self._from
            try:
                if not 0 <= inside < len(self._raw):
                    raise IndexError
                compact = Compact(self._raw, inside)
                head = compact.struct()
                self._walked += compact.at - inside
                if self._walked > MAX_HEADERS_BYTES:
                    raise FooterError(f"page headers of more than {MAX_HEADERS_BYTES} bytes")
                return head, self._from + compact.at
            except IndexError:
                if inside == 0 and (len(self._raw) == stop - place or size > MAX_HEADER_BYTES):
                    raise FooterError("a page's header has no end") from None
                self._file.seek(place)
                self._raw, self._from = self._file.read(min(size, stop - place)), place
                size *= 16


def _page(kind: int, head: dict[int, Any], unpacked: int) -> _Page:
    about = head[{_DATA_V1: _V1, _DATA_V2: _V2, _DICTIONARY: _DICTIONARY_HEAD}[kind]]
    values = about[_COUNT]
    if not 0 <= values <= (unpacked if kind == _DICTIONARY else 1 << 31):
        raise FooterError(f"a page of {values} values")
    return _Page(kind, values, about.get(_V2_ENCODING if kind == _DATA_V2 else _V1_ENCODING, 0), unpacked)
