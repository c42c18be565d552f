"""Named key files of a home. Their password comes from HEADWATER_PASSWORD; a local network keeps one of its own."""

from __future__ import annotations

import os
import re
import secrets

from headwater.chain.signer import LOCAL_COST, STANDARD_COST, KeySigner
from headwater.node.errors import HomeError
from headwater.node.home import Home

ENV = "HEADWATER_PASSWORD"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class Wallets:
    """Key files below ``Home.wallets``."""

    def __init__(self, home: Home, *, local: bool) -> None:
        """
        Args:
            local: keys of a throwaway network: cheap key stretching, password in the home itself (mode 600).
        """
        self._home = home
        self._local = local

    def names(self) -> list[str]:
        """Wallets there are."""
        return sorted(p.stem for p in self._home.wallets.glob("*.json"))

    def open(self, name: str) -> KeySigner:
        """The named wallet.

        Raises:
            HomeError: there is none. KeystoreError: wrong password or damaged file.
        """
        path = self._home.wallets / f"{_checked(name)}.json"
        if not path.exists():
            known = ", ".join(self.names()) or "none yet"
            raise HomeError(
                f"wallet {name}", actual="not in this home", allowed=known, fix=f"headwater wallet new {name}"
            )
        return KeySigner.from_keystore(path, self.password())

    def create(self, name: str) -> KeySigner:
        """A new wallet, or the existing one of that name."""
        path = self._home.wallets / f"{_checked(name)}.json"
        if path.exists():
            return self.open(name)
        signer = KeySigner.create()
        signer.to_keystore(path, self.password(), LOCAL_COST if self._local else STANDARD_COST)
        return signer

    def password(self) -> str:
        """The password of every wallet here.

        Raises:
            HomeError: none is set and this is no local network.
        """
        if given := os.environ.get(ENV):
            return given
        if not self._local:
            raise HomeError("wallet password", actual=f"{ENV} is not set", fix=f"set {ENV}")
        path = self._home.root / "local-password"
        if not path.exists():
            self._home.root.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24))
        return path.read_text()


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise HomeError("wallet name", actual=name, allowed="lower-case letters, digits and dashes, at most 32")
    return name
