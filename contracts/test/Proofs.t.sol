// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Due, Terms} from "../src/interfaces/Structs.sol";
import {Pays} from "../src/Pays.sol";
import {Rules} from "../src/Rules.sol";
import {Test} from "./Test.sol";

// What `make prove` shows for every input, not for a thousand of them. Halmos runs each `check_` function on symbols.
//
// Solvers multiply and divide symbols badly, so what needs both is cut in two: a lemma about a product or a quotient, and
// a step in which the product is any number of which the lemma holds. Putting the lemma's product for that number is left
// to the reader; each step names its lemmas.
//
// The domains are the types: amounts below 2^96 and weights below 2^128, as they are stored. Where a property is about one
// word, two leaves or one more item, its comment says so and why that is enough; any number of them is fuzzed, too:
// SettlementTest.testFuzz_push_any_range_then_claim_the_rest, DatasetsTest.testFuzz_sale_split_is_exact,
// CampaignsTest.testFuzz_reserve_rounds_up. tests/unit/tools/test_proofs.py holds these names.
//
// Bodies marked MIRROR are those of private functions in src, to the letter; tests/unit/tools/test_proofs.py compares them.

/// @notice Floors: what every split and every share stands on.
contract FloorProofs is Test {
    function check_product_is_monotone(uint96 a, uint96 b, uint128 factor) external pure {
        if (a <= b) assert(uint256(a) * factor <= uint256(b) * factor);
    }

    function check_products_add(uint96 a, uint16 b, uint16 c) external pure {
        unchecked {
            assert(uint256(a) * b + uint256(a) * c == uint256(a) * (uint256(b) + c));
        }
    }

    function check_part_is_at_most_the_whole(uint96 whole, uint16 bps) external pure {
        if (bps <= Rules.BPS) assert(uint256(whole) * bps / Rules.BPS <= whole);
    }

    /// @dev floor(a) + floor(b) <= floor(a + b) <= floor(a) + floor(b) + 1
    function check_floors_add(uint112 a, uint112 b) external pure {
        uint256 apart = a / Rules.BPS + b / Rules.BPS;
        uint256 whole = (uint256(a) + b) / Rules.BPS;
        assert(apart <= whole && whole <= apart + 1);
    }

    function check_floor_is_monotone(uint112 a, uint112 b) external pure {
        if (a <= b) assert(a / Rules.BPS <= b / Rules.BPS);
    }

    function check_share_is_at_most_the_pool(uint96 pool, uint128 weight, uint128 total) external pure {
        if (total != 0 && weight <= total) assert(uint256(pool) * weight / total <= pool);
    }

    function check_floor_times_divisor(uint224 a, uint128 total) external pure {
        if (total != 0) assert(uint256(a) / total * total <= a);
    }

    function check_floor_is_the_greatest(uint224 a, uint96 q, uint128 total) external pure {
        if (total != 0 && uint256(q) * total <= a) assert(q <= uint256(a) / total);
    }

    /// @dev `a` and `b` are the share's weight times a smaller and a larger pool (check_product_is_monotone), `q` is what
    /// it gets of the smaller: q * total <= a (check_floor_times_divisor). Of the larger it gets no less.
    function check_share_never_shrinks(uint224 a, uint224 b, uint96 q, uint128 total) external pure {
        if (total != 0 && a <= b && uint256(q) * total <= a) assert(q <= uint256(b) / total);
    }

    /// @dev With check_floor_times_divisor and check_floor_is_the_greatest: floor(a / t) + floor(b / t) is at most
    /// floor((a + b) / t), so any number of shares fit the pool.
    function check_two_floors_times_divisor(uint96 q, uint96 r, uint128 total) external pure {
        unchecked {
            assert(uint256(q) * total + uint256(r) * total == (uint256(q) + r) * total);
        }
    }
}

/// @notice What a sale is split into.
contract SaleProofs is Test {
    struct Split {
        uint16 ownerBps;
        uint16 feeBps;
    }

    /// @dev MIRROR Datasets._split
    function _split(Split memory version, uint256 gross)
        private
        pure
        returns (uint256 owner, uint256 fee, uint256 pool)
    {
        owner = gross * version.ownerBps / Rules.BPS;
        fee = gross * version.feeBps / Rules.BPS;
        pool = gross - gross * (uint256(version.ownerBps) + version.feeBps) / Rules.BPS;
    }

    function split(uint256 gross, uint16 ownerBps, uint16 feeBps) external pure returns (uint256, uint256, uint256) {
        return _split(Split(ownerBps, feeBps), gross);
    }

    /// @dev The functions the steps below are about.
    function check_split_is_made_of_these_floors(uint96 gross, uint16 ownerBps, uint16 feeBps) external view {
        (uint256 owner, uint256 fee, uint256 pool) = this.split(gross, ownerBps, feeBps);
        assert(owner == uint256(gross) * ownerBps / Rules.BPS);
        assert(fee == uint256(gross) * feeBps / Rules.BPS);
        assert(pool == gross - uint256(gross) * (uint256(ownerBps) + feeBps) / Rules.BPS);
    }

    /// @dev `a` and `b` are gross * ownerBps and gross * feeBps: they add (check_products_add), to at most gross * 10,000.
    function check_every_unit_is_somebodys(uint96 gross, uint112 a, uint112 b) external pure {
        if (uint256(a) + b > gross * Rules.BPS) return;
        uint256 given = a / Rules.BPS + b / Rules.BPS + (gross - (uint256(a) + b) / Rules.BPS);
        assert(given <= gross && gross <= given + 1);
    }

    /// @dev `a` and `b` are the two parts' product with gross before and after a sale of `more`: b - a <= more * 10,000.
    function check_pool_never_shrinks(uint96 gross, uint96 more, uint112 a, uint112 b) external pure {
        if (a > b || a > gross * Rules.BPS || b - a > more * Rules.BPS) return;
        assert(gross - a / Rules.BPS <= uint256(gross) + more - b / Rules.BPS);
    }
}

/// @notice What a pool is divided into: parts of a total that is held up to a floor.
contract PoolProofs is Test {
    /// @dev The function the steps below are about: one floor, over the greater of the two.
    function check_pool_part_is_this_floor(uint96 pool, uint128 weight, uint128 total, uint128 floor) external pure {
        uint256 divisor = total > floor ? total : floor;
        if (total != 0) assert(Rules.poolPart(pool, weight, total, floor) == uint256(pool) * weight / divisor);
        else assert(Rules.poolPart(pool, weight, total, floor) == 0);
    }

    /// @dev With check_floor_times_divisor, check_floor_is_the_greatest and check_two_floors_times_divisor, of the same
    /// divisor: parts of weights that add to the total add to no more than the part of the total, which is at most the pool.
    function check_pool_part_is_at_most_the_pool(uint96 pool, uint128 weight, uint128 total, uint128 floor)
        external
        pure
    {
        if (weight <= total) assert(Rules.poolPart(pool, weight, total, floor) <= pool);
    }

    /// @dev `a` is pool * weight, `q` what it is paid over the divisor `e`: q * e <= a (check_floor_times_divisor), and so
    /// q * d <= a (check_product_is_monotone). A higher floor pays nobody more.
    function check_higher_floor_pays_no_more(uint224 a, uint96 q, uint128 d) external pure {
        if (d != 0 && uint256(q) * d <= a) assert(q <= uint256(a) / d);
    }
}

/// @notice What a claim and a push write: a word of 128 bits, what was paid of its budget above.
contract ClaimProofs is Test {
    error Settlement_AlreadyPaid(uint256 key, uint256 index);
    error Settlement_AboveBudget(uint256 key, uint256 wanted, uint256 budget);

    mapping(uint256 key => mapping(uint256 word => uint256)) private _words;

    /// @dev MIRROR Settlement._mark
    function _mark(uint256 key, uint256 index, uint256 amount, uint256 budget) private {
        mapping(uint256 => uint256) storage words = _words[key];
        uint256 word = words[index >> 7];
        uint256 bit = 1 << (index & 127);
        if (word & bit != 0) revert Settlement_AlreadyPaid(key, index);
        unchecked {
            uint256 paid = (word >> 128) + amount; // both below 2^96
            if (paid > budget) revert Settlement_AboveBudget(key, paid, budget);
            words[index >> 7] = word + (bit | amount << 128);
        }
    }

    /// @dev MIRROR Settlement._markAll
    function _markAll(uint256 key, Due[] memory dues, uint256 from, uint256 budget) private returns (uint256 marked) {
        uint256 word = _words[key][from / Pays.WORD];
        uint256 bit = 1 << (from % Pays.WORD);
        unchecked {
            // At most 128 leaves below 2^96 each.
            for (uint256 i; i < dues.length; ++i) {
                if (word & bit == 0) marked += bit | uint256(dues[i].amount) << 128;
                bit <<= 1;
            }
        }
        uint256 paid = (word >> 128) + (marked >> 128);
        if (paid > budget) revert Settlement_AboveBudget(key, paid, budget);
        _words[key][from / Pays.WORD] = word + marked;
    }

    function mark(uint256 key, uint256 index, uint256 amount, uint256 budget) external {
        _mark(key, index, amount, budget);
    }

    function check_claim_marks_its_leaf_alone(
        uint256 key,
        uint128 bits,
        uint96 paid,
        uint32 index,
        uint96 amount,
        uint96 budget
    ) external {
        _words[key][index >> 7] = bits | uint256(paid) << 128;
        _mark(key, index, amount, budget);
        uint256 word = _words[key][index >> 7];
        uint256 bit = 1 << (index & 127);
        assert(bits & bit == 0);
        assert(uint128(word) == bits | bit);
        assert(word >> 128 == uint256(paid) + amount);
        assert(word >> 128 <= budget);
    }

    function check_claim_twice_is_refused(uint256 key, uint256 word, uint32 index, uint96 a, uint96 b, uint96 budget)
        external
    {
        _words[key][index >> 7] = uint224(word);
        _mark(key, index, a, budget);
        try this.mark(key, index, b, budget) {
            assert(false);
        } catch {}
    }

    function check_claims_touch_their_own_settlement_and_word(uint256 key, uint256 other, uint32 index, uint32 at)
        external
    {
        if (key == other && index >> 7 == at >> 7) return;
        uint256 before = _words[other][at >> 7];
        _mark(key, index, 1, type(uint96).max);
        assert(_words[other][at >> 7] == before);
    }

    // Positions are taken mod 128, so that the prover sees word 0: two ways to write a mapping's key are two to it. The
    // same goes for keys the compiler hashes and keys the chain does, hence `x` and `y`, two settlements.

    function check_order_of_claims_is_nothing(uint256 x, uint256 y, uint256 word, uint8 i, uint8 j, uint96 a, uint96 b)
        external
    {
        if (x == y) return;
        _words[x][0] = _words[y][0] = uint224(word);
        _mark(x, i & 127, a, type(uint96).max);
        _mark(x, j & 127, b, type(uint96).max);
        _mark(y, j & 127, b, type(uint96).max);
        _mark(y, i & 127, a, type(uint96).max);
        assert(_words[x][0] == _words[y][0]);
        assert(_words[x][0] >> 128 == (uint224(word) >> 128) + uint256(a) + b);
    }

    /// @dev Two leaves stand for any number: the sum of a word's amounts is below 2^103.
    function check_push_is_claims_in_a_row(
        uint256 x,
        uint256 y,
        uint256 word,
        uint8 at,
        uint96 a,
        uint96 b,
        uint96 budget
    ) external {
        uint256 from = at & 127;
        if (x == y || from == 127) return;
        _words[x][0] = _words[y][0] = uint224(word);
        _markAll(x, _dues(a, b), from, budget);
        if (word >> from & 1 == 0) _mark(y, from, a, type(uint256).max);
        if (word >> (from + 1) & 1 == 0) _mark(y, (from + 1) & 127, b, type(uint256).max);
        assert(_words[x][0] == _words[y][0]);
        assert(_words[x][0] >> 128 <= budget);
    }

    /// @dev What a token refused is taken back from the word, and nothing else.
    function check_refused_is_as_before(uint256 x, uint256 y, uint256 word, uint8 at, uint96 a, uint96 b) external {
        uint256 from = at & 127;
        if (x == y || from == 127) return;
        _words[x][0] = _words[y][0] = uint224(word);
        _markAll(x, _dues(a, b), from, type(uint96).max);
        if (word >> from & 1 == 0) _words[x][0] -= 1 << from | uint256(a) << 128;
        if (word >> (from + 1) & 1 == 0) _mark(y, (from + 1) & 127, b, type(uint256).max);
        assert(_words[x][0] == _words[y][0]);
    }

    function _dues(uint96 a, uint96 b) private pure returns (Due[] memory dues) {
        dues = new Due[](2);
        (dues[0].amount, dues[1].amount) = (a, b);
    }
}

/// @notice Reserve, reward and verdict.
contract RulesProofs is Test {
    function test_quality_is_bounded_and_ascends() external pure {
        uint256 last;
        for (int256 sum = -100; sum <= 9000; ++sum) {
            uint256 now_ = Rules.quality(sum);
            require(now_ >= last && now_ < Rules.BPS);
            last = now_;
        }
        require(Rules.quality(type(int256).max) == last && Rules.quality(type(int256).min) == 0);
    }

    function check_merit_is_bounded(uint16 quality, uint8 grade, uint16 novelty) external pure {
        if (quality > Rules.BPS || grade > 100 || novelty > Rules.BPS) return;
        assert(uint256(quality) * grade * novelty <= 1e10);
    }

    function check_weights_are_bounded(uint256 quality, uint256 grade, uint256 novelty) external pure {
        if (quality > Rules.BPS || grade > 100 || novelty > Rules.BPS) return;
        assert(Rules.shareWeight(quality, grade, novelty) <= 1e6);
        assert(Rules.score(quality, grade) <= 100);
    }

    /// @dev `merit` is quality * grade * novelty, which is at most 1e10 (check_merit_is_bounded).
    function check_reward_is_at_most_the_unit(uint96 unit, uint40 merit) external pure {
        if (merit <= 1e10) assert(uint256(unit) * merit / 1e10 <= unit);
    }

    function check_deposit_is_at_most_the_unit(uint96 unit, uint16 bps) external view {
        Terms memory terms;
        (terms.unitReward, terms.depositBps) = (unit, bps);
        if (bps <= Rules.BPS) assert(this.deposit(terms) <= unit);
    }

    /// @dev `x` is unitReward * operatorFeeBps. One more item adds at most the rounded-up fee an item to the rounded-down
    /// fee of all of them: by induction no count of items costs more than it reserved.
    function check_fee_of_one_more_item_is_reserved(uint144 all, uint112 x) external pure {
        assert((uint256(all) + x) / Rules.BPS <= all / Rules.BPS + (uint256(x) + Rules.BPS - 1) / Rules.BPS);
    }

    function check_reserve_is_unit_review_and_fee(uint96 unit, uint16 reviewBps, uint16 feeBps) external view {
        Terms memory terms;
        (terms.unitReward, terms.reviewFeeBps, terms.operatorFeeBps) = (unit, reviewBps, feeBps);
        uint256 fee = (uint256(unit) * feeBps + Rules.BPS - 1) / Rules.BPS;
        assert(this.reserve(terms) == unit + this.reviewCap(terms) + fee);
    }

    function deposit(Terms calldata terms) external pure returns (uint256) {
        return Rules.deposit(terms);
    }

    function reserve(Terms calldata terms) external pure returns (uint256) {
        return Rules.reserve(terms);
    }

    function reviewCap(Terms calldata terms) external pure returns (uint256) {
        return Rules.reviewCap(terms);
    }

    function check_one_verdict_stands(int256 sum, int256 threshold, uint256 novelty, uint256 votes) external pure {
        uint256 standing;
        for (uint8 verdict; verdict < 3; ++verdict) {
            if (Rules.stands(verdict, sum, threshold, novelty, votes)) ++standing;
        }
        assert(standing == 1);
        assert(Rules.stands(Rules.MISSING, sum, threshold, novelty, votes) == (votes == 0));
    }

    function check_no_other_verdict_stands(uint8 verdict, int256 sum, int256 threshold, uint256 novelty, uint256 votes)
        external
        pure
    {
        if (verdict > Rules.MISSING) assert(!Rules.stands(verdict, sum, threshold, novelty, votes));
        if (verdict == Rules.ACCEPT && novelty == 0) assert(!Rules.stands(verdict, sum, threshold, novelty, votes));
    }
}
