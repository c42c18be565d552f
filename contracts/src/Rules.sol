// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Item, Terms, Vote} from "./interfaces/Structs.sol";

/// @title Rules
/// @notice Reserve, verdict, quality, reward and score in integers (spec/settlement.md sections 3 and 5).
library Rules {
    uint256 internal constant BPS = 10_000;
    uint256 internal constant REVIEW_FEES = 15;
    uint256 internal constant MAX_VOTES = 9;
    int256 internal constant MAX_PRIOR = 2200;
    uint256 internal constant MIN_WEIGHT = 200;
    uint256 internal constant MAX_WEIGHT = 2944;
    int256 internal constant FORFEIT_SUM = -2944;
    int256 internal constant SKIP_SUM = 3476;
    int256 internal constant STOP_SUM = 2944;
    uint256 internal constant MIN_VOTES = 2;
    uint256 internal constant MAX_PLACES = 18; // of the draw: votes, and those who stay silent
    uint256 internal constant TURNS = 8; // reviewers' turns in a settle window
    uint256 internal constant AUDITED = 500; // in 10,000
    uint32 internal constant NO_PAY = type(uint32).max;

    uint8 internal constant PRICE_MODE = 0;
    uint8 internal constant POOL_MODE = 1;

    uint8 internal constant REJECT = 0;
    uint8 internal constant ACCEPT = 1;
    uint8 internal constant FORFEIT = 2;
    uint8 internal constant MISSING = 3;

    /// @dev round(10000 * (2 / (1 + e^(-k/10)) - 1)) for k = 0..80, two bytes each; vectors/quality.json.
    bytes internal constant QUALITY =
        hex"000001f403e505d107b609910b610d240ed7107b120d138d14fa1655179c18cf19f01aff1bfb1ce61dc01e8a1f451ff22091212321a92225229622fd235b23b224012449248a24c624fc252d255a258325a825ca25e92604261d26342649265c266d267c268a269726a226ad26b626bf26c626cd26d426d926df26e326e726eb26ef26f226f526f726fa26fc26fe2700270127022704270527062707270827092709";

    /// @notice R, in price mode, and the fee caps, each rounded up.
    function reserve(Terms calldata terms) internal pure returns (uint256) {
        uint256 r = terms.unitReward;
        uint256 fees = reviewCap(terms) + (r * terms.operatorFeeBps + BPS - 1) / BPS;
        return terms.mode == POOL_MODE ? fees : r + fees;
    }

    /// @notice Most that one item can cost in review.
    function reviewCap(Terms calldata terms) internal pure returns (uint256) {
        return (uint256(terms.unitReward) * REVIEW_FEES * terms.reviewFeeBps + BPS - 1) / BPS;
    }

    /// @notice What the anchorer locks for one item.
    function deposit(Terms calldata terms) internal pure returns (uint256) {
        return uint256(terms.unitReward) * terms.depositBps / BPS;
    }

    /// @notice The operator's pay for `count` items.
    function operatorFee(Terms calldata terms, uint256 count) internal pure returns (uint256) {
        return count * terms.unitReward * terms.operatorFeeBps / BPS;
    }

    /// @notice Seconds a reviewer has for his vote.
    function turn(Terms calldata terms) internal pure returns (uint256) {
        return terms.settleWindow / TURNS;
    }

    /// @notice llr + prior + the signed weights.
    function sum(int256 llr, int256 prior, Vote[] calldata votes) internal pure returns (int256 s) {
        s = llr + prior;
        for (uint256 i; i < votes.length; ++i) {
            int256 w = int256(uint256(votes[i].weight));
            s += votes[i].verdict == ACCEPT ? w : -w;
        }
    }

    /// @notice Whether prior, votes and weights keep their bounds and no reviewer votes twice.
    function wellFormed(int256 prior, Vote[] calldata votes) internal pure returns (bool) {
        if (prior > MAX_PRIOR || prior < -MAX_PRIOR || votes.length > MAX_VOTES) return false;
        for (uint256 i; i < votes.length; ++i) {
            if (votes[i].verdict > ACCEPT) return false;
            if (votes[i].weight < MIN_WEIGHT || votes[i].weight > MAX_WEIGHT) return false;
            for (uint256 j; j < i; ++j) {
                if (votes[j].reviewer == votes[i].reviewer) return false;
            }
        }
        return true;
    }

    /// @notice Whether `verdict` may stand on this sum.
    function stands(uint8 verdict, int256 sum_, int256 threshold, uint256 novelty, uint256 votes)
        internal
        pure
        returns (bool)
    {
        if (verdict == MISSING) return votes == 0;
        if (novelty == 0) return verdict == FORFEIT;
        return verdict == (sum_ > threshold ? ACCEPT : sum_ <= FORFEIT_SUM ? FORFEIT : REJECT);
    }

    /// @notice Whether an item that needs no votes is reviewed all the same: fixed by its anchor's seed.
    function audited(bytes32 seed, uint32 item) internal pure returns (bool) {
        return uint256(keccak256(abi.encodePacked("headwater.audit.v1", seed, item))) % BPS < AUDITED;
    }

    /// @notice max(0, 2P - 1) in 1/10,000, in steps of 100 milli log-odds, flat from 8,000 on.
    function quality(int256 sum_) internal pure returns (uint256) {
        if (sum_ <= 0) return 0;
        uint256 k = uint256(sum_) / 100;
        if (k > 80) k = 80;
        bytes memory table = QUALITY;
        return uint256(uint8(table[2 * k])) << 8 | uint8(table[2 * k + 1]);
    }

    /// @notice Reward in smallest units, rounded down.
    function reward(uint256 unitReward, uint256 quality_, uint256 grade, uint256 novelty)
        internal
        pure
        returns (uint256)
    {
        return unitReward * quality_ * grade * novelty / 1e10;
    }

    /// @notice What of a pool a weight is paid, rounded down: all of it only where the weights come to `floor`.
    function poolPart(uint256 pool, uint256 weight, uint256 total, uint256 floor) internal pure returns (uint256) {
        return total == 0 ? 0 : pool * weight / (total > floor ? total : floor);
    }

    /// @notice Weight in later sales, and in the pool.
    function shareWeight(uint256 quality_, uint256 grade, uint256 novelty) internal pure returns (uint256) {
        return quality_ * grade * novelty / BPS;
    }

    /// @notice Score byte, 0..100.
    function score(uint256 quality_, uint256 grade) internal pure returns (uint256) {
        return quality_ * grade / BPS;
    }
}
