"""Names of spec/registry.md that have a bit: bit n is the n-th name, for ever. Masks are made and read here alone."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from headwater.records.errors import RecordError


class Bits:
    """Names and their bits, exactly; a name or bit we do not know is an error, never a guess."""

    def __init__(self, what: str, names: Iterable[str], allowed: str = "") -> None:
        """
        Args:
            what: how an error calls one name.
            allowed: how an error describes all of them; by default it lists them.
        """
        self.what = what
        self.names = tuple(names)
        self._allowed = allowed or ", ".join(self.names)
        self._bits = {name: bit for bit, name in enumerate(self.names)}

    def bit(self, name: str) -> int:
        """The bit of a name.

        Raises:
            RecordError: the registry does not have it.
        """
        try:
            return self._bits[name]
        except KeyError:
            raise RecordError(self.what, actual=name or "none", allowed=self._allowed, fix=self._fix(name)) from None

    def name(self, bit: int) -> str:
        """The name of a bit; RecordError if it has none (yet)."""
        if not 0 <= bit < len(self.names):
            fix = "update Headwater: the registry may have grown since"
            raise RecordError(f"bit of a {self.what}", actual=bit, allowed=f"0 to {len(self.names) - 1}", fix=fix)
        return self.names[bit]

    def mask(self, names: Iterable[str]) -> int:
        """The bits of names, each once; RecordError as ``bit``, or if one is named twice."""
        mask = 0
        for name in names:
            if mask >> (bit := self.bit(name)) & 1:
                raise RecordError(self.what, actual=f"{name} twice", allowed="each once", fix="leave one out")
            mask |= 1 << bit
        return mask

    def of(self, mask: int) -> tuple[str, ...]:
        """The names of a mask, in order of their bits; RecordError as ``name``."""
        return tuple(self.name(bit) for bit in range(mask.bit_length()) if mask >> bit & 1)

    def known(self, names: Iterable[str]) -> int:
        """The bits of those names we know: others grant nothing, whatever they may mean to somebody else."""
        return sum(1 << bit for bit in {self._bits[name] for name in names if name in self._bits})

    def shown(self, mask: int) -> str:
        """A mask in words for people, also one with bits we do not know; empty for 0."""
        bits = (bit for bit in range(mask.bit_length()) if mask >> bit & 1)
        return ", ".join(self.names[bit] if bit < len(self.names) else f"bit {bit}" for bit in bits)

    def _fix(self, name: str) -> str:
        like = self._bits.keys() & {name.upper(), name.lower()} or difflib.get_close_matches(name, self.names, 1)
        return f"write {min(like)}" if like else f"name a {self.what} of spec/registry.md"
