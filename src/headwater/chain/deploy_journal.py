"""What a deployment has settled on and signed, next to the file it will become, so that another run can go on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from headwater.chain.deployment import Profile, profile_of, write_json
from headwater.chain.errors import NotDeployedError


@dataclass
class Journal:
    """
    Attributes:
        path: where it is kept; ``None`` for a deployment that nobody goes on with.
        sources: hash of the contracts' sources.
        nonce: the first contract's.
        sent: hashes of signed transactions by contract, in order; only one can have been mined.
    """

    path: Path | None
    chain_id: int
    deployer: str
    treasury: str
    profile: Profile
    sources: str
    nonce: int
    block: int
    sent: dict[str, list[str]]

    @classmethod
    def read(cls, path: Path) -> Journal | None:
        """The journal there, ``None`` if there is none.

        Raises:
            NotDeployedError: the file is something else.
        """
        try:
            content = json.loads(path.read_text())
            sent = {str(name): [str(tx) for tx in hashes] for name, hashes in content.pop("sent").items()}
            return cls(path, **{**content, "profile": profile_of(content["profile"])}, sent=sent)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            fix = "look the deployer's transactions up, then remove the file and deploy again"
            raise NotDeployedError(f"journal {path}", actual="not a journal", fix=fix) from None

    def check(self, chain_id: int, deployer: str, treasury: str, profile: Profile, sources: str) -> None:
        """Refuse to go on with a deployment that was begun otherwise; NotDeployedError."""
        pairs = {
            "chain": (self.chain_id, chain_id),
            "account": (self.deployer, deployer),
            "treasury": (self.treasury, treasury),
            "profile": (self.profile, profile),
            "contracts": (self.sources, sources),
        }
        other = [name for name, (begun, now) in pairs.items() if begun != now]
        if other:
            fix = "give the same options and version to go on, or remove the journal to start anew"
            raise NotDeployedError(f"journal {self.path}", actual=f"begun with another {' and '.join(other)}", fix=fix)

    def add(self, name: str, tx: str) -> None:
        """A signed transaction, before it is sent."""
        hashes = self.sent.setdefault(name, [])
        if tx not in hashes:
            hashes.append(tx)
            self.write()

    def write(self) -> None:
        """Have it on disk."""
        if self.path:
            content = asdict(self)
            del content["path"]
            write_json(self.path, content)
