// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Due, Pay, Posted, PostedHead, SettleInput, Terms} from "./Structs.sol";

/// @title Settlement
/// @notice Verdicts and pay for consecutive anchors, optimistic: final unless proven wrong within the window.
/// @dev Holds the escrow of all campaigns; Campaigns keeps the books. A settlement can only ever spend its own total:
/// the budgets of its words, fixed when it was posted, sum up to it.
interface ISettlement {
    /// @param digest the first 208 bits of `Posted`'s hash
    /// @param finalAt from when claims run
    /// @param flags 1 posted, 2 void, 4 released, 8 bond of a void one collected, 16 some claims were assigned, 32 Doubts
    /// knows more, 64 suspended
    struct Slot {
        bytes26 digest;
        uint40 finalAt;
        uint8 flags;
    }

    /// @notice Everything this contract is told at deployment: its neighbours, and who may prove it wrong.
    struct Parts {
        address campaigns;
        address stakes;
        address advances;
        address faults;
        address voteFaults;
        address contentFaults;
        address calls;
        address disputes;
        address doubts;
    }

    event Settled(uint256 indexed key, uint256 indexed campaign, Posted posted, bytes verdicts);
    /// @param fault selector of the function of Faults that held; `index` the item or pay leaf it was shown on
    event Voided(uint256 indexed key, address indexed watcher, bytes4 indexed fault, uint256 index);
    event Collected(uint256 indexed key, address indexed watcher, uint256 rewarded, uint256 credited);
    event Assigned(uint256 indexed key, address indexed account, address indexed to, uint256 index);
    event Claimed(uint256 key, uint256 index);
    event Pushed(uint256 indexed key, uint256 from, uint256 count, uint256 paid);
    event Released(uint256 indexed key, uint256 bond, uint256 forfeited);
    event Reclaimed(uint256 indexed key);

    error Settlement_NotFaults(address caller);
    error Settlement_NotDoubts(address caller);
    error Settlement_Held(uint256 key, uint256 index);
    error Settlement_IsVoid(uint256 key);
    error Settlement_NotCampaigns(address caller);
    error Settlement_NotAdvances(address caller);
    error Settlement_NotAssignable(uint256 key, uint256 index);
    error Settlement_NoAnchors();
    error Settlement_AnchorsNotConsecutive(uint256 firstItem, uint256 expected);
    error Settlement_AnchorersWindow(uint256 until, address anchorer);
    error Settlement_VerdictBytes(uint256 length, uint256 expected);
    error Settlement_TotalAboveReserve(uint256 total, uint256 reserve);
    error Settlement_PayCountOutOfRange(uint256 count, uint256 limit);
    error Settlement_WordCount(uint256 words, uint256 expected);
    error Settlement_BudgetsNotTotal(uint256 budgets, uint256 total);
    error Settlement_WrongPreimage(uint256 key);
    error Settlement_WrongTerms(uint256 key);
    error Settlement_WrongAnchors(uint256 key);
    error Settlement_WrongVerdicts(uint256 key);
    error Settlement_NotVoid(uint256 key);
    error Settlement_AttemptTaken(uint256 key);
    error Settlement_VoidedSettler(address settler);
    error Settlement_NotFinal(uint256 key, uint256 finalAt, uint256 nowAt);
    error Settlement_AlreadyFinal(uint256 key, uint256 finalAt, uint256 nowAt);
    error Settlement_AlreadyReleased(uint256 key);
    error Settlement_NotLapsed(uint256 key, uint256 at);
    error Settlement_WrongProof(uint256 key, uint256 index);
    error Settlement_AlreadyPaid(uint256 key, uint256 index);
    error Settlement_AboveBudget(uint256 key, uint256 wanted, uint256 budget);
    error Settlement_TransferFailed(address token, address account, uint256 amount);
    error Settlement_LengthMismatch(uint256 a, uint256 b);
    error Settlement_PushAcrossWords(uint256 from, uint256 to);

    /// @notice Posts verdicts and pay for the next anchors of a campaign's queue; operators with free collateral only.
    function settle(Terms calldata terms, Anchor[] calldata anchors, SettleInput calldata input)
        external
        returns (uint256 key);

    /// @notice Replaces a voided settlement over exactly its anchors; `voided` has every earlier attempt, 0 first, and
    /// `watchers` who proved each wrong.
    function resettle(
        Terms calldata terms,
        Anchor[] calldata anchors,
        SettleInput calldata input,
        Posted[] calldata voided,
        address[] calldata watchers
    ) external returns (uint256 key);

    /// @notice Pays one leaf to its account, whoever calls. `proof` is siblings within the word, the word's budget, and
    /// siblings of the word.
    function claim(PostedHead calldata posted, Pay calldata pay, bytes32[] calldata proof) external;

    /// @notice One leaf of each of several settlements.
    function claimMany(PostedHead[] calldata posted, Pay[] calldata pays, bytes32[][] calldata proofs) external;

    /// @notice Pays the leaves `[from, from + dues.length)`, all of one word; skips what is paid and what a token refuses.
    /// @param before running sum of the leaf before `from`
    /// @param proof neighbours within the word
    /// @param top the word's budget and its siblings
    function push(
        PostedHead calldata posted,
        Due[] calldata dues,
        uint256 from,
        uint256 before,
        bytes32[] calldata proof,
        bytes32[] calldata top
    ) external;

    /// @notice After final, once: unlocks the bond and the anchors' deposits, forfeits those of verdicts 2 and 3.
    function release(Posted calldata posted, Terms calldata terms, Anchor[] calldata anchors, bytes calldata verdicts)
        external;

    /// @notice Unlocks the deposits of a voided settlement nobody replaced, past deadline and lapse window.
    function reclaim(Posted calldata posted, address watcher, Terms calldata terms, Anchor[] calldata anchors) external;

    /// @notice Those who prove faults only: `watcher` proved one. Funds and reserve return at once, the bond stays locked.
    /// Calls no token, so no token can keep a lie standing. From now on the settlement is matched together with `watcher`.
    function void(Posted calldata posted, address watcher, bytes4 fault, uint256 index) external;

    /// @notice Takes the bond of a void settlement: half to the watcher's collateral, half to the campaign's escrow.
    function collect(Posted calldata posted, address watcher) external;

    /// @notice Doubts only: sets and clears flags of a settlement that is not final; final not before `finalAt`.
    function amend(Posted calldata posted, uint8 set, uint8 clear, uint40 finalAt) external;

    /// @notice Doubts only: notes in the campaign's books what is back in its escrow, unreserved.
    function credit(uint256 campaign, uint96 amount) external;

    /// @notice Advances only: what a settlement, or what replaces it, owes a contributor goes to `to` instead.
    function assign(PostedHead calldata posted, Pay calldata pay, bytes32[] calldata proof, address to) external;

    /// @notice Who took over an account's claim to the items from `firstItem` on; zero if nobody did.
    function assigneeOf(uint256 campaign, uint256 firstItem, address account) external view returns (address);

    /// @notice Campaigns only: sends what its books say is free.
    function disburse(address token, address to, uint256 amount) external;

    function slotOf(uint256 key) external view returns (Slot memory);

    /// @notice Bits of the paid leaves of a word, and what was paid of its budget.
    function wordOf(uint256 key, uint256 word) external view returns (uint128 bits, uint96 paid);

    function isFinal(uint256 key) external view returns (bool);

    function isVoid(uint256 key) external view returns (bool);

    function isPaid(uint256 key, uint256 index) external view returns (bool);

    /// @notice Reverts unless `posted` is what stands under its key.
    function check(Posted calldata posted) external view;
}
