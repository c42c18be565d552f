"""The structs of spec/settlement.md, field for field, and the words a contract makes of them.

A struct's ``tuple()`` is what a contract call takes, its ``hash()`` is ``keccak256(abi.encode(struct))``, its
``leaf()`` the double-hashed leaf of section 2. Addresses are EIP-55 text, words are 32 bytes, amounts are smallest
units, times are unix seconds of chain time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Self, cast

from headwater.primitives.abi import abi_encode, abi_hash, leaf
from headwater.primitives.amounts import BPS, mul_div_down, mul_div_up
from headwater.primitives.eip712 import Domain, typed_digest
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address
from headwater.records.verdict import CountedVote

Row = tuple[Any, ...]

PRICE_MODE, POOL_MODE = 0, 1
REJECTED, ACCEPTED, FORFEITED, MISSING = 0, 1, 2, 3  # verdict bytes, section 5
CONTRIBUTOR, REVIEWER, OPERATOR = 0, 1, 2  # kinds of a pay leaf
NO_PAY_INDEX = 0xFFFFFFFF
WORD_LEAVES = 128  # pay leaves under one budget
SHARE_ITEMS = 256  # items under one share leaf
MAX_PAYS = 2_048
REVIEW_FEES_PER_ITEM = 15  # nine votes at 1.5 fees, and gold


class Struct:
    """A Solidity struct: ``ABI`` has its member types in order, one for each dataclass field."""

    ABI: ClassVar[Sequence[str]] = ()

    @classmethod
    def abi_type(cls) -> str:
        """The tuple type a selector and ``abi.encode`` see."""
        return f"({','.join(cls.ABI)})"

    def tuple(self) -> Row:
        """Members in order, nested structs as tuples."""
        take, flat = _members(cast(Hashable, type(self)))
        return take(self) if flat else tuple(map(_plain, take(self)))

    def hash(self) -> bytes:
        """``keccak256(abi.encode(struct))``: what the contract stores, 32 bytes."""
        return abi_hash((self.abi_type(),), (self.tuple(),))

    def encode(self) -> bytes:
        """``abi.encode(struct)``: the preimage of ``hash``."""
        return abi_encode((self.abi_type(),), (self.tuple(),))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The struct of its preimage.

        Raises:
            ValueError: the bytes are not one.
        """
        from eth_abi.abi import decode
        from eth_abi.exceptions import DecodingError

        try:
            (values,) = decode((cls.abi_type(),), data)
        except (DecodingError, OverflowError) as error:
            raise ValueError(f"not a {cls.__name__}: {error}") from None
        struct = cls.of(values)
        if struct.encode() != data:
            raise ValueError(f"not the one encoding of a {cls.__name__}")
        return struct

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """The struct a contract or an event returned as a tuple."""
        members = zip(cls._names(), cls.ABI, values, strict=True)
        return cls(**{name: _member(kind, value) for name, kind, value in members})

    @classmethod
    def _names(cls) -> list[str]:
        return [field.name for field in fields(cls)]  # type: ignore[arg-type]  # every subclass is a dataclass


@dataclass(frozen=True)
class Terms(Struct):
    """Terms of a campaign, fixed at funding (section 3)."""

    requester: str
    token: str
    spec_digest: bytes
    unit_reward: int
    threshold_milli: int
    review_fee_bps: int
    operator_fee_bps: int
    deposit_bps: int
    owner_bps: int
    fee_bps: int
    deadline: int
    settle_window: int
    challenge_window: int
    lapse_window: int
    mode: int
    licence: bytes
    purposes: int
    regions: int
    minimum_age: int
    pool: int
    pool_floor: int

    ABI = (
        *("address", "address", "bytes32", "uint96", "int32"),
        *("uint16", "uint16", "uint16", "uint16", "uint16"),
        *("uint40", "uint40", "uint40", "uint40", "uint8", "bytes32"),
        *("uint32", "uint256", "uint8", "uint96", "uint128"),
    )


@dataclass(frozen=True)
class Anchor(Struct):
    """A batch of blinded commitments (section 4); ``sequence`` is its place in the global order."""

    sequence: int
    first_item: int
    count: int
    anchorer: str
    time: int
    block: int
    direct: bool
    root: bytes
    cid: bytes
    weights: int

    ABI = ("uint64", "uint32", "uint32", "address", "uint40", "uint40", "bool", "bytes32", "bytes32", "uint40")


@dataclass(frozen=True)
class Item(Struct):
    """One item's verdict (section 6)."""

    item: int
    contributor: str
    contribution: bytes
    llr: int
    prior: int
    grade: int
    novelty: int
    votes_root: bytes
    verdict: int
    reward: int
    pay_index: int
    share_weight: int
    opening: bytes

    ABI = (
        *("uint32", "address", "bytes32", "int32", "int32", "uint16"),
        *("uint16", "bytes32", "uint8", "uint96", "uint32", "uint64", "bytes32"),
    )

    def leaf(self, chain_id: int, settlement_contract: str, key: int) -> bytes:
        """Leaf of the settlement's item tree."""
        return leaf("headwater.item.v1", chain_id, settlement_contract, key, self.ABI, self.tuple())


@dataclass(frozen=True)
class Contribution(Struct):
    """What a contributor signed, as the contracts take it; ``records`` has the record of the same name."""

    campaign: int
    contributor: str
    manifest: bytes
    content_root: bytes
    consent: bytes
    nonce: int

    ABI = ("uint256", "address", "bytes32", "bytes32", "bytes32", "uint256")


@dataclass(frozen=True)
class Vote(Struct):
    """One counted vote; ``weight`` in milli log-odds."""

    reviewer: str
    round: int
    verdict: int
    weight: int
    commit: bytes

    ABI = ("address", "uint8", "uint8", "uint16", "bytes32")

    @classmethod
    def all_of(cls, counted: Iterable[CountedVote]) -> tuple[Self, ...]:
        """A verdict's votes, in order."""
        return tuple(cls(v.reviewer, v.round, v.verdict, v.weight, v.commit) for v in counted)


@dataclass(frozen=True)
class Pay(Struct):
    """One account's pay of one kind; ``cumulative`` includes this leaf, ``items`` is ``items_hash`` of the items."""

    index: int
    account: str
    amount: int
    cumulative: int
    kind: int
    items: bytes

    ABI = ("uint32", "address", "uint96", "uint96", "uint8", "bytes32")

    def leaf(self, chain_id: int, settlement_contract: str, key: int) -> bytes:
        """Leaf of the settlement's pay tree."""
        return leaf("headwater.pay.v1", chain_id, settlement_contract, key, self.ABI, self.tuple())


@dataclass(frozen=True)
class Due(Struct):
    """One pay leaf of a push: its index and running sum follow from its place."""

    account: str
    amount: int
    kind: int
    items: bytes

    ABI = ("address", "uint96", "uint8", "bytes32")

    @classmethod
    def of_pay(cls, pay: Pay) -> Self:
        """What a push says of a pay leaf."""
        return cls(pay.account, pay.amount, pay.kind, pay.items)


@dataclass(frozen=True)
class Assignment(Struct):
    """What a contributor signs: for ``price`` now, ``to`` gets whatever the items from ``first_item`` on, settled
    together, pay ``account``, in this settlement or the one that replaces it.
    """

    campaign: int
    first_item: int
    account: str
    to: str
    price: int
    deadline: int

    ABI = ("uint256", "uint32", "address", "address", "uint96", "uint40")

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest under the domain of ``Advances``."""
        names = ("campaign", "firstItem", "account", "to", "price", "deadline")
        fields = tuple(zip(names, self.ABI, strict=True))
        return typed_digest(domain, "Assignment", {"Assignment": fields}, dict(zip(names, self.tuple(), strict=True)))


@dataclass(frozen=True)
class Word(Struct):
    """Up to ``WORD_LEAVES`` pay leaves: the root of their tree, and all they may be paid together."""

    root: bytes
    budget: int

    ABI = ("bytes32", "uint96")


@dataclass(frozen=True)
class SettleInput(Struct):
    """What a settler posts; ``verdicts`` has two bytes an item (verdict, score)."""

    campaign: int
    item_root: bytes
    words: tuple[Word, ...]
    pay_count: int
    total: int
    verdicts: bytes
    evidence: bytes
    reputation: bytes

    ABI = ("uint256", "bytes32", f"{Word.abi_type()}[]", "uint32", "uint96", "bytes", "bytes32", "bytes32")


@dataclass(frozen=True)
class PostedHead(Struct):
    """What paying needs of ``Posted``; ``rest`` is the hash of its last 14 words."""

    key: int
    token: str
    pay_count: int
    rest: bytes

    ABI = ("uint256", "address", "uint32", "bytes32")


@dataclass(frozen=True)
class Posted(Struct):
    """A settlement as it stands on chain (the first 26 bytes of one hash); callers resupply it.

    ``terms`` is the hash of the campaign's, ``reserve`` what the items had reserved together.
    """

    key: int
    token: str
    pay_root: bytes
    pay_count: int
    campaign: int
    terms: bytes
    first_item: int
    count: int
    settler: str
    item_root: bytes
    total: int
    reserve: int
    verdicts_hash: bytes
    evidence: bytes
    reputation: bytes
    anchors_hash: bytes
    final_at: int
    bond: int

    ABI = (
        *("uint256", "address", "bytes32", "uint32"),
        *("uint256", "bytes32", "uint32", "uint32", "address", "bytes32", "uint96", "uint96"),
        *("bytes32", "bytes32", "bytes32", "bytes32", "uint40", "uint96"),
    )

    def hash(self) -> bytes:
        """``H(first four words, H(the rest))``: paying shows the first part and the hash of the second."""
        return abi_hash((*self.ABI[:4], "bytes32"), (*self.tuple()[:4], self._rest()))

    def void_hash(self, watcher: str) -> bytes:
        """What stands in its place once ``watcher`` has shown it wrong."""
        return abi_hash(("bytes32", "address"), (self.hash(), watcher))

    def head(self) -> PostedHead:
        """What paying needs."""
        return PostedHead(self.key, self.token, self.pay_count, self._rest())

    def _rest(self) -> bytes:
        return abi_hash(self.ABI[4:], self.tuple()[4:])


@dataclass(frozen=True)
class Origin(Struct):
    """An item with everything that shows whose it is and since when: what it was signed as, and the leaf it opens."""

    posted: Posted
    terms: Terms
    item: Item
    item_proof: tuple[bytes, ...]
    contribution: Contribution
    anchor: Anchor
    salt: bytes
    anchor_proof: tuple[bytes, ...]

    ABI = (
        *(Posted.abi_type(), Terms.abi_type(), Item.abi_type(), "bytes32[]"),
        *(Contribution.abi_type(), Anchor.abi_type(), "bytes32", "bytes32[]"),
    )


@dataclass(frozen=True)
class Reveal(Struct):
    """What a vote's commit opens to, and where it stands: under the ``operator``'s root, stored with ``count`` and
    ``time``, or (the zero address) committed by the reviewer himself.
    """

    reasons: bytes
    salt: bytes
    operator: str
    count: int
    time: int
    proof: tuple[bytes, ...]

    ABI = ("bytes32", "bytes32", "address", "uint32", "uint40", "bytes32[]")


@dataclass(frozen=True)
class Record(Struct):
    """All that stands behind an item, as a call for it must be answered; one reveal a vote."""

    contribution: Contribution
    salt: bytes
    signature: bytes
    anchor: Anchor
    anchor_proof: tuple[bytes, ...]
    votes: tuple[Vote, ...]
    reveals: tuple[Reveal, ...]

    ABI = (
        *(Contribution.abi_type(), "bytes32", "bytes", Anchor.abi_type(), "bytes32[]"),
        *(f"{Vote.abi_type()}[]", f"{Reveal.abi_type()}[]"),
    )


@dataclass(frozen=True)
class Offer(Struct):
    """Licence terms for a price; ``duration`` in seconds, 0 for ever."""

    terms: bytes
    price: int
    duration: int
    purposes: int
    regions: int

    ABI = ("bytes32", "uint96", "uint40", "uint32", "uint256")


@dataclass(frozen=True)
class Use(Struct):
    """What a buyer declares: the bit of his purpose and of the region he uses the data in (spec/registry.md)."""

    purpose: int
    region: int

    ABI = ("uint8", "uint8")


@dataclass(frozen=True)
class Version(Struct):
    """A dataset version (section 8); its hash has the outer offset word because ``offers`` is dynamic."""

    dataset: int
    number: int
    campaign: int
    episode_root: bytes
    episodes: int
    share_root: bytes
    shares: int
    total_weight: int
    manifest: bytes
    settlements: bytes
    token: str
    owner_bps: int
    fee_bps: int
    offers: tuple[Offer, ...]

    ABI = (
        *("uint256", "uint32", "uint256", "bytes32", "uint32", "bytes32", "uint32", "uint128"),
        *("bytes32", "bytes32", "address", "uint16", "uint16", f"{Offer.abi_type()}[]"),
    )

    @property
    def key(self) -> int:
        """The version key."""
        return version_key(self.dataset, self.number)


@dataclass(frozen=True)
class Share(Struct):
    """One account's weight in a version's sale pool; ``cumulative`` includes it.

    ``items`` is ``references_hash`` of the items it is the weight of, ascending from ``first``.
    """

    index: int
    account: str
    first: int
    items: bytes
    weight: int
    cumulative: int

    ABI = ("uint32", "address", "uint256", "bytes32", "uint128", "uint128")

    def leaf(self, chain_id: int, datasets_contract: str, version: int) -> bytes:
        """Leaf of the version's share tree; ``version`` is the version key."""
        return leaf("headwater.share.v1", chain_id, datasets_contract, version, self.ABI, self.tuple())


@dataclass(frozen=True)
class Closing(Struct):
    """The closing of a campaign's pool (section 10); ``lapses_at`` is deadline and lapse window."""

    campaign: int
    attempt: int
    token: str
    pool: int
    pool_floor: int
    settlements: bytes
    share_root: bytes
    shares: int
    total_weight: int
    evidence: bytes
    closer: str
    bond: int
    closed_at: int
    final_at: int
    lapses_at: int

    ABI = (
        *("uint256", "uint32", "address", "uint96", "uint128", "bytes32", "bytes32", "uint32", "uint128"),
        *("bytes32", "address", "uint96", "uint40", "uint40", "uint40"),
    )

    @property
    def tree(self) -> int:
        """Its share tree among all closings': ``campaign << 32 | attempt``."""
        return self.campaign << 32 | self.attempt


@dataclass(frozen=True)
class ShareProof(Struct):
    """A share leaf with its proof and the items it lists."""

    share: Share
    proof: tuple[bytes, ...]
    references: tuple[int, ...]

    ABI = (Share.abi_type(), "bytes32[]", "uint256[]")


@dataclass(frozen=True)
class ItemProof(Struct):
    """An item leaf of a settlement with its proof."""

    posted: Posted
    item: Item
    proof: tuple[bytes, ...]

    ABI = (Posted.abi_type(), Item.abi_type(), "bytes32[]")


@dataclass(frozen=True)
class EpisodeLeaf(Struct):
    """One contribution in a version: who asks for a key proves it with this leaf."""

    index: int
    contribution: bytes
    content_root: bytes
    envelope: bytes

    ABI = ("uint32", "bytes32", "bytes32", "bytes32")

    def leaf(self, chain_id: int, datasets_contract: str, version: int) -> bytes:
        """Leaf of the version's episode tree; ``version`` is the version key."""
        return leaf("headwater.episode.v1", chain_id, datasets_contract, version, self.ABI, self.tuple())


@dataclass(frozen=True)
class ReputationRow(Struct):
    """A reviewer's record in an epoch; counts in tenths, weight in milli log-odds."""

    reviewer: str
    right: int
    wrong: int
    weight: int

    ABI = ("address", "uint32", "uint32", "uint16")

    def leaf(self, chain_id: int, reputation_contract: str, epoch: int) -> bytes:
        """Leaf of an epoch's tree."""
        return leaf("headwater.row.v1", chain_id, reputation_contract, epoch, self.ABI, self.tuple())


@dataclass(frozen=True)
class EpochPost(Struct):
    """What an operator posts; ``previous`` is the hash of the newest epoch."""

    previous: bytes
    root: bytes
    count: int
    gold: bytes
    golds: int
    evidence: bytes

    ABI = ("bytes32", "bytes32", "uint32", "bytes32", "uint32", "bytes32")


@dataclass(frozen=True)
class Epoch(Struct):
    """A reputation epoch as it stands on chain (one hash); callers resupply it."""

    number: int
    previous: bytes
    root: bytes
    count: int
    changes: bytes
    gold: bytes
    golds: int
    evidence: bytes
    poster: str
    bond: int
    time: int
    final_at: int

    ABI = (
        *("uint32", "bytes32", "bytes32", "uint32", "bytes32", "bytes32"),
        *("uint32", "bytes32", "address", "uint96", "uint40", "uint40"),
    )


@dataclass(frozen=True)
class Lookup(Struct):
    """One or two neighbouring rows of an epoch from ``index`` on, with their range proof; none for an empty tree."""

    index: int
    rows: tuple[ReputationRow, ...]
    proof: tuple[bytes, ...]

    ABI = ("uint32", f"{ReputationRow.abi_type()}[]", "bytes32[]")


@dataclass(frozen=True)
class UsageLink(Struct):
    """One root in a poster's chain; ``kind`` 0 usage receipts, 1 releases."""

    previous: bytes
    poster: str
    kind: int
    dataset: int
    number: int
    root: bytes
    count: int
    cid: bytes
    time: int

    ABI = ("bytes32", "address", "uint8", "uint256", "uint32", "bytes32", "uint32", "bytes32", "uint40")

    def link_hash(self, chain_id: int, usage_contract: str) -> bytes:
        """What the next link names as ``previous``."""
        head = (keccak256(b"headwater.usage.v1"), chain_id, usage_contract)
        return abi_hash(("bytes32", "uint256", "address", self.abi_type()), (*head, self.tuple()))


@dataclass(frozen=True)
class CourtWindows(Struct):
    """Seconds of each phase of a round."""

    draw: int
    commit: int
    reveal: int
    appeal: int

    ABI = ("uint32", "uint32", "uint32", "uint32")


@dataclass(frozen=True)
class VoteOpening(Struct):
    """A vote commit opened: what the commit is the hash of (section 4); ``reasons`` is the digest of the record."""

    campaign: int
    item: int
    round: int
    reviewer: str
    verdict: int
    reasons: bytes
    salt: bytes

    ABI = ("uint256", "uint32", "uint8", "address", "uint8", "bytes32", "bytes32")

    def commit(self, domain: Domain) -> bytes:
        """The commit it opens; ``domain`` is the one reviewers sign under."""
        head = (keccak256(b"headwater.vote.v1"), domain.chain_id, domain.contract)
        return abi_hash(("bytes32", "uint256", "address", *self.ABI), (*head, *self.tuple()))


@dataclass(frozen=True)
class CommitRoot(Struct):
    """An operator's commit root as stored, the leaf at an item's position and its proof; all zero for no root."""

    root: bytes
    count: int
    time: int
    leaf: bytes
    proof: tuple[bytes, ...]

    ABI = ("bytes32", "uint32", "uint40", "bytes32", "bytes32[]")

    @classmethod
    def none(cls) -> CommitRoot:
        """No root is stored."""
        return cls(bytes(32), 0, 0, bytes(32), ())


@dataclass(frozen=True)
class Draw(Struct):
    """An item whose reviewers are drawn; ``weights`` is its anchor's."""

    campaign: int
    item: int
    seed: bytes
    weights: int
    contributor: str
    anchorer: str

    ABI = ("uint256", "uint32", "bytes32", "uint40", "address", "address")


@dataclass(frozen=True)
class Counted(Struct):
    """An item of a settlement: its leaf, the leaf's proof, the votes it counts."""

    item: Item
    proof: tuple[bytes, ...]
    votes: tuple[Vote, ...]

    ABI = (Item.abi_type(), "bytes32[]", f"{Vote.abi_type()}[]")


@dataclass(frozen=True)
class Absence(Struct):
    """Everywhere a commit could stand.

    The reviewer's own and its time; the anchorer's root, then the settler's if he is another.
    """

    commit: bytes
    time: int
    roots: tuple[CommitRoot, ...]

    ABI = ("bytes32", "uint40", f"{CommitRoot.abi_type()}[]")


@dataclass(frozen=True)
class RootAt(Struct):
    """A stored commit root without its leaves; all zero where none is stored."""

    root: bytes
    count: int
    time: int

    ABI = ("bytes32", "uint32", "uint40")

    @classmethod
    def none(cls) -> RootAt:
        """No root is stored."""
        return cls(bytes(32), 0, 0)


@dataclass(frozen=True)
class Turn(Struct):
    """An operator's root of a round, and of the round before it."""

    earlier: RootAt
    own: RootAt

    ABI = (RootAt.abi_type(), RootAt.abi_type())


@dataclass(frozen=True)
class Place(Struct):
    """One reviewer in one round of an item."""

    campaign: int
    item: int
    round: int
    reviewer: str

    ABI = ("uint256", "uint32", "uint8", "address")


@dataclass(frozen=True)
class Placed(Struct):
    """A reviewer's commit on chain: his own, stored at ``time``, or a leaf of an operator's root with his signature."""

    commit: bytes
    time: int
    operator: str
    first_item: int
    root: CommitRoot
    signature: bytes

    ABI = ("bytes32", "uint40", "address", "uint32", CommitRoot.abi_type(), "bytes")


@dataclass(frozen=True)
class ReleaseReceipt(Struct):
    """A holder's signed statement of one part, member for member the record of that name (spec/keys.md, 5)."""

    request: bytes
    role: str
    campaign: int
    dataset: int
    version: int
    licence: bytes
    contribution: bytes
    holder: str
    requester: str
    envelope: bytes
    commitment: bytes
    part: bytes
    time: int

    ABI = (
        *("bytes32", "string", "uint256", "uint256", "uint32", "bytes32", "bytes32"),
        *("address", "address", "bytes32", "bytes32", "bytes32", "uint64"),
    )


@dataclass(frozen=True)
class BatchReceipt(Struct):
    """A holder's signed statement of many parts; ``entries`` is the root of ``count`` of them."""

    request: bytes
    campaign: int
    dataset: int
    version: int
    licence: bytes
    holder: str
    requester: str
    entries: bytes
    count: int
    part: bytes
    time: int

    ABI = (
        *("bytes32", "uint256", "uint256", "uint32", "bytes32", "address", "address"),
        *("bytes32", "uint32", "bytes32", "uint64"),
    )


@dataclass(frozen=True)
class BatchEntry(Struct):
    """One share of a batch."""

    contribution: bytes
    envelope: bytes
    commitment: bytes

    ABI = ("bytes32", "bytes32", "bytes32")


def by_name(name: str) -> type[Struct] | None:
    """The struct Solidity calls ``name``."""
    return _BY_NAME.get(name)


def settlement_key(campaign: int, first_item: int, attempt: int) -> int:
    """``campaign << 64 | firstItem << 16 | attempt``; ``attempt`` counts voided settlements of that first item."""
    return campaign << 64 | first_item << 16 | attempt


def version_key(dataset: int, number: int) -> int:
    """``dataset << 32 | number``."""
    return dataset << 32 | number


def votes_root(votes: Iterable[Vote | CountedVote]) -> bytes:
    """``H(abi.encode(Vote[]))``, votes in order of round then draw."""
    return abi_hash((_VOTES,), ([*map(_of_vote, votes)],))


def items_hash(items: Sequence[int]) -> bytes:
    """``H(abi.encode(uint32[]))``: the item numbers a pay leaf pays for."""
    return abi_hash(("uint32[]",), (list(items),))


def anchors_hash(anchors: Sequence[Anchor]) -> bytes:
    """``H(abi.encode(Anchor[]))``."""
    return abi_hash((f"{Anchor.abi_type()}[]",), ([anchor.tuple() for anchor in anchors],))


def reference(settlement: int, item: int) -> int:
    """What a share leaf calls an item: ``settlement key << 32 | item number``."""
    return settlement << 32 | item


def references_hash(references: Sequence[int]) -> bytes:
    """``Share.items``: hash of the references it is the weight of, ascending."""
    return abi_hash(("uint256[]",), (list(references),))


def opening_hash(salt: bytes, signature: bytes) -> bytes:
    """``Item.opening``: binds the salt and the signature that open the item's anchor leaf."""
    return abi_hash(("bytes32", "bytes32"), (salt, keccak256(signature)))


def settlements_hash(keys: Sequence[int]) -> bytes:
    """``H(abi.encode(uint256[]))``: the settlements a version is built from."""
    return abi_hash(("uint256[]",), (list(keys),))


def reserve_of(terms: Terms) -> int:
    """What one anchored item reserves of the escrow: R, in price mode, and the fee caps, each rounded up."""
    review = mul_div_up(terms.unit_reward, REVIEW_FEES_PER_ITEM * terms.review_fee_bps, BPS)
    return price_of(terms) + review + mul_div_up(terms.unit_reward, terms.operator_fee_bps, BPS)


def price_of(terms: Terms) -> int:
    """What a settlement pays for a perfect item: R, or nothing where a pool is divided when the campaign is closed."""
    return 0 if terms.mode == POOL_MODE else terms.unit_reward


def deposit_of(terms: Terms) -> int:
    """What the anchorer locks for one item, rounded down."""
    return mul_div_down(terms.unit_reward, terms.deposit_bps, BPS)


def licence_id(version: int, offer_index: int, terms_digest: bytes) -> int:
    """ERC-1155 id of a licence: version key, then the low 160 bits of ``H(abi.encode(key, offer index, terms))``."""
    digest = abi_hash(("uint256", "uint256", "bytes32"), (version, offer_index, terms_digest))
    return version << 160 | int.from_bytes(digest[12:], "big")


_BY_NAME: Mapping[str, type[Struct]] = {
    one.__name__: one
    for one in (
        Terms,
        Anchor,
        Item,
        Contribution,
        Origin,
        Record,
        Reveal,
        Vote,
        Pay,
        Due,
        Assignment,
        Word,
        SettleInput,
        Posted,
        PostedHead,
        Offer,
        Use,
        Version,
        Share,
        Closing,
        ShareProof,
        ItemProof,
        EpisodeLeaf,
        Epoch,
        Lookup,
        CommitRoot,
        Draw,
        Counted,
        Absence,
        RootAt,
        Turn,
        Place,
        Placed,
        ReleaseReceipt,
        BatchReceipt,
        BatchEntry,
    )
} | {"Ballot": VoteOpening, "Row": ReputationRow, "Post": EpochPost, "Link": UsageLink, "Windows": CourtWindows}


@cache
def _members(cls: Any) -> tuple[Callable[[Struct], Row], bool]:
    """Takes a struct's members, in order; and whether none of them has members of its own."""
    names, flat = cls._names(), not any("(" in kind or "[" in kind for kind in cls.ABI)
    if len(names) == 1:
        return lambda struct: (getattr(struct, names[0]),), flat
    return attrgetter(*names), flat


_VOTES = f"{Vote.abi_type()}[]"
_of_vote = attrgetter("reviewer", "round", "verdict", "weight", "commit")


def _plain(value: Any) -> Any:
    if isinstance(value, Struct):
        return value.tuple()
    return tuple(_plain(one) for one in value) if isinstance(value, tuple) else value


def _member(kind: str, value: Any) -> Any:
    """A decoded ABI value as a struct holds it."""
    single: tuple[type[Struct], ...] = (Contribution, Anchor)
    for struct in single:
        if kind == struct.abi_type():
            return struct.of(value)
    several: tuple[type[Struct], ...] = (Offer, Word, Vote, Reveal, ReputationRow)
    for struct in several:
        if kind == f"{struct.abi_type()}[]":
            return tuple(struct.of(one) for one in value)
    if inner := next((one for one in (Share, Posted, Item) if kind == one.abi_type()), None):
        return inner.of(value)
    if kind == "bytes32[]":
        return tuple(bytes(one) for one in value)
    if kind == "address":
        return checksum_address(value)
    return bytes(value) if kind.startswith("bytes") else value
