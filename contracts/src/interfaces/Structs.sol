// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

// The structs of spec/settlement.md, field for field. Their order is part of every hash: never change it.

/// @notice Terms of a campaign, fixed at funding (section 3). `purposes` and `regions` are bit masks of what its data may
/// be sold for and where; `pool` and `poolFloor` are 0 in price mode.
struct Terms {
    address requester;
    address token;
    bytes32 specDigest;
    uint96 unitReward;
    int32 thresholdMilli;
    uint16 reviewFeeBps;
    uint16 operatorFeeBps;
    uint16 depositBps;
    uint16 ownerBps;
    uint16 feeBps;
    uint40 deadline;
    uint40 settleWindow;
    uint40 challengeWindow;
    uint40 lapseWindow;
    uint8 mode;
    bytes32 licence;
    uint32 purposes;
    uint256 regions;
    uint8 minimumAge;
    uint96 pool;
    uint128 poolFloor;
}

/// @notice A batch of blinded commitments (section 4); `sequence` is its place in the global order, `weights` the state of
/// the reviewers' weights its reviewers are drawn from.
struct Anchor {
    uint64 sequence;
    uint32 firstItem;
    uint32 count;
    address anchorer;
    uint40 time;
    uint40 block_;
    bool direct;
    bytes32 root;
    bytes32 cid;
    uint40 weights;
}

/// @notice One item's verdict (section 6); `opening` is the hash of its salt and its signature's hash.
struct Item {
    uint32 item;
    address contributor;
    bytes32 contribution;
    int32 llr;
    int32 prior;
    uint16 grade;
    uint16 novelty;
    bytes32 votesRoot;
    uint8 verdict;
    uint96 reward;
    uint32 payIndex;
    uint64 shareWeight;
    bytes32 opening;
}

/// @notice What a contributor signs (EIP-712, in the domain of Campaigns); its digest names the contribution.
struct Contribution {
    uint256 campaign;
    address contributor;
    bytes32 manifest;
    bytes32 contentRoot;
    bytes32 consent;
    uint256 nonce;
}

/// @notice One counted vote; `weight` in milli log-odds.
struct Vote {
    address reviewer;
    uint8 round;
    uint8 verdict;
    uint16 weight;
    bytes32 commit;
}

/// @notice One account's pay of one kind (0 contributor, 1 reviewer, 2 operator); `cumulative` includes it.
struct Pay {
    uint32 index;
    address account;
    uint96 amount;
    uint96 cumulative;
    uint8 kind;
    bytes32 items;
}

/// @notice Up to 128 pay leaves: the root of their tree, and all they may be paid together.
struct Word {
    bytes32 root;
    uint96 budget;
}

/// @notice What a settler posts; `verdicts` has two bytes an item (verdict, score).
struct SettleInput {
    uint256 campaign;
    bytes32 itemRoot;
    Word[] words;
    uint32 payCount;
    uint96 total;
    bytes verdicts;
    bytes32 evidence;
    bytes32 reputation;
}

/// @notice A settlement as stored: the first four words and the hash of the rest, hashed. Paying needs no more than those.
struct Posted {
    uint256 key;
    address token;
    bytes32 payRoot;
    uint32 payCount;
    uint256 campaign;
    bytes32 terms;
    uint32 firstItem;
    uint32 count;
    address settler;
    bytes32 itemRoot;
    uint96 total;
    uint96 reserve;
    bytes32 verdictsHash;
    bytes32 evidence;
    bytes32 reputation;
    bytes32 anchorsHash;
    uint40 finalAt;
    uint96 bond;
}

/// @notice What paying needs of `Posted`: the root follows from the proof, `rest` is the hash of the last 14 words.
struct PostedHead {
    uint256 key;
    address token;
    uint32 payCount;
    bytes32 rest;
}

/// @notice One pay leaf of a push: its index and running sum follow from its place.
struct Due {
    address account;
    uint96 amount;
    uint8 kind;
    bytes32 items;
}

/// @notice Licence terms for a price; `duration` in seconds, 0 for ever; `purposes` and `regions` are bit masks.
struct Offer {
    bytes32 terms;
    uint96 price;
    uint40 duration;
    uint32 purposes;
    uint256 regions;
}

/// @notice What a buyer declares: the bit of his purpose and the bit of the region he uses the data in.
struct Use {
    uint8 purpose;
    uint8 region;
}

/// @notice A dataset version (section 8).
struct Version {
    uint256 dataset;
    uint32 number;
    uint256 campaign;
    bytes32 episodeRoot;
    uint32 episodes;
    bytes32 shareRoot;
    uint32 shares;
    uint128 totalWeight;
    bytes32 manifest;
    bytes32 settlements;
    address token;
    uint16 ownerBps;
    uint16 feeBps;
    Offer[] offers;
}

/// @notice One account's weight in a version's sale pool; `cumulative` includes it. `items` is the hash of the references
/// `settlement key << 32 | item` it is the weight of, ascending from `first`.
struct Share {
    uint32 index;
    address account;
    uint256 first;
    bytes32 items;
    uint128 weight;
    uint128 cumulative;
}

/// @notice A share leaf and its proof; `references` hash to its `items` where a function reads them.
struct ShareProof {
    Share share;
    bytes32[] proof;
    uint256[] references;
}

/// @notice An item leaf of a settlement and its proof.
struct ItemProof {
    Posted posted;
    Item item;
    bytes32[] proof;
}

/// @notice The closing of a campaign's pool (section 10); `lapsesAt` is deadline and lapse window.
struct Closing {
    uint256 campaign;
    uint32 attempt;
    address token;
    uint96 pool;
    uint128 poolFloor;
    bytes32 settlements;
    bytes32 shareRoot;
    uint32 shares;
    uint128 totalWeight;
    bytes32 evidence;
    address closer;
    uint96 bond;
    uint40 closedAt;
    uint40 finalAt;
    uint40 lapsesAt;
}

/// @notice The opening of a vote commit, field for field what the commit is the hash of (section 4).
struct Ballot {
    uint256 campaign;
    uint32 item;
    uint8 round;
    address reviewer;
    uint8 verdict;
    bytes32 reasons;
    bytes32 salt;
}

/// @notice An operator's commit root as it was stored, the leaf at an item's position and its proof. Where no root is
/// stored everything is zero.
struct CommitRoot {
    bytes32 root;
    uint32 count;
    uint40 time;
    bytes32 leaf;
    bytes32[] proof;
}
