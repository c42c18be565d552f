// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IApprovals} from "./interfaces/IApprovals.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {IContentFaults} from "./interfaces/IContentFaults.sol";
import {IDoubts} from "./interfaces/IDoubts.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Anchor, Contribution, Item, Pay, Posted, Terms} from "./interfaces/Structs.sol";
import {Merkle} from "./Merkle.sol";
import {Origins} from "./Origins.sol";
import {Places} from "./Places.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";

/// @title ContentFaults
/// @notice See IContentFaults. Holds nothing and decides nothing that a stranger could not recompute.
contract ContentFaults is IContentFaults {
    /// @notice A settlement must reach this far if an old direct anchor stands so near.
    uint256 public constant REACH = 1024;
    uint256 private constant _ATTEMPT = type(uint16).max;

    ISettlement public immutable settlement;
    ICampaigns public immutable campaigns;
    IDoubts public immutable doubts;
    IApprovals public immutable approvals;

    mapping(bytes32 contentRoot => uint256) public shownAt;
    mapping(uint256 key => mapping(uint256 item => bool)) public isItemVoid;

    constructor(ISettlement settlement_, ICampaigns campaigns_, IDoubts doubts_, IApprovals approvals_) {
        settlement = settlement_;
        campaigns = campaigns_;
        doubts = doubts_;
        approvals = approvals_;
    }

    // One item

    /// @inheritdoc IContentFaults
    function proveOpening(
        Posted calldata posted,
        Anchor calldata anchor,
        Item calldata item,
        bytes32[] calldata itemProof,
        bytes32 salt,
        bytes32 signatureHash,
        bytes32 leaf,
        bytes32[] calldata anchorProof
    ) external {
        _matchItem(posted, item, itemProof);
        _matchAnchor(posted.campaign, anchor, item);
        _matchLeaf(anchor, item, leaf, anchorProof);
        _matchOpening(item, salt, signatureHash);
        _void(posted, leaf != Origins.anchorLeaf(campaigns, posted.campaign, salt, item), item.item);
    }

    /// @inheritdoc IContentFaults
    function proveUnopened(Posted calldata posted, Item calldata item, bytes32[] calldata itemProof) external {
        _matchItem(posted, item, itemProof);
        _void(posted, item.opening == 0 && item.verdict != Rules.MISSING, item.item);
    }

    /// @inheritdoc IContentFaults
    function proveContribution(
        Posted calldata posted,
        Item calldata item,
        bytes32[] calldata itemProof,
        Contribution calldata contribution
    ) external {
        _matchItem(posted, item, itemProof);
        _matchContribution(item, contribution);
        bool right = contribution.campaign == posted.campaign && contribution.contributor == item.contributor;
        _void(posted, !right, item.item);
    }

    /// @inheritdoc IContentFaults
    function proveSignature(
        Posted calldata posted,
        Anchor calldata anchor,
        Item calldata item,
        bytes32[] calldata itemProof,
        bytes32 salt,
        bytes calldata signature
    ) external {
        _matchItem(posted, item, itemProof);
        _matchAnchor(posted.campaign, anchor, item);
        _matchOpening(item, salt, keccak256(signature));
        _void(posted, !Origins.isSigned(approvals, item, signature, anchor.time), item.item);
    }

    // Copies

    /// @inheritdoc IContentFaults
    function proveDuplicate(
        Origin calldata earlier,
        Origin calldata later,
        Pay calldata pay,
        bytes32[] calldata payProof
    ) external {
        _matchOrigin(earlier);
        _matchOrigin(later);
        if (!_isCopy(earlier, later)) revert ContentFaults_NoFault();
        settlement.check(earlier.posted);
        if (_wasKnown(earlier, later)) {
            settlement.void(later.posted, msg.sender, msg.sig, later.item.item);
        } else {
            _voidItem(later.posted, later.item, pay, payProof);
            emit ItemVoided(later.posted.key, later.item.item, msg.sender, earlier.posted.key, earlier.item.item);
        }
    }

    /// @inheritdoc IContentFaults
    function show(Origin calldata origin) external {
        _matchOrigin(origin);
        if (origin.item.verdict != Rules.ACCEPT) revert ContentFaults_NotAccepted(origin.item.item);
        bytes32 contentRoot = origin.contribution.contentRoot;
        if (shownAt[contentRoot] != 0) revert ContentFaults_AlreadyShown(contentRoot);
        shownAt[contentRoot] = block.timestamp;
        emit ContentShown(contentRoot, origin.posted.key, origin.item.item);
        settlement.check(origin.posted);
    }

    // The queue

    /// @inheritdoc IContentFaults
    function proveSkippedAnchor(Posted calldata posted, Terms calldata terms, Anchor calldata anchor) external {
        _matchTerms(posted, terms);
        if (campaigns.anchorHash(posted.campaign, anchor.firstItem) != Preimage.digest(anchor)) {
            revert ContentFaults_WrongAnchor(posted.campaign, anchor.firstItem);
        }
        uint256 first = posted.firstItem;
        bool near = anchor.firstItem >= first + posted.count && anchor.firstItem < first + REACH;
        bool old = uint256(anchor.time) + terms.settleWindow < Places.postedAt(posted, terms);
        // Who replaces a void settlement cannot choose its anchors.
        bool chosen = posted.key & _ATTEMPT == 0;
        _void(posted, anchor.direct && near && old && chosen, anchor.firstItem);
    }

    /// @inheritdoc IContentFaults
    function digestOf(Contribution calldata contribution) external view returns (bytes32) {
        return Origins.digest(campaigns, contribution);
    }

    function _void(Posted calldata posted, bool fault, uint256 index) private {
        if (!fault) revert ContentFaults_NoFault();
        settlement.void(posted, msg.sender, msg.sig, index); // checks the preimage, too
    }

    /// @dev Takes a copy's reward out of its leaf; what else the leaf pays is paid as before.
    function _voidItem(Posted calldata posted, Item calldata item, Pay calldata pay, bytes32[] calldata payProof)
        private
    {
        (uint256 key, uint256 number) = (posted.key, item.item);
        if (isItemVoid[key][number]) revert ContentFaults_AlreadyVoid(key, number);
        isItemVoid[key][number] = true;
        if (item.reward == 0) {
            settlement.check(posted);
            if (settlement.isFinal(key)) revert ContentFaults_AlreadyFinal(key);
            return;
        }
        if (pay.index != item.payIndex) revert ContentFaults_WrongPay(number, pay.index);
        doubts.holdLeaf(posted, pay, payProof); // checks both preimages, and that it is not final
        doubts.freeLeaf(posted, pay.index, item.item, item.reward);
    }

    function _isCopy(Origin calldata earlier, Origin calldata later) private pure returns (bool) {
        if (earlier.item.verdict != Rules.ACCEPT || later.item.verdict != Rules.ACCEPT) return false;
        if (earlier.contribution.contentRoot != later.contribution.contentRoot) return false;
        (uint256 a, uint256 b) = (earlier.anchor.sequence, later.anchor.sequence);
        return a < b || (a == b && earlier.item.item < later.item.item);
    }

    /// @dev Whether the later item's settler had to know of the earlier item when he posted.
    function _wasKnown(Origin calldata earlier, Origin calldata later) private view returns (bool) {
        uint256 at = Places.postedAt(later.posted, later.terms);
        if (earlier.posted.settler == later.posted.settler && Places.postedAt(earlier.posted, earlier.terms) <= at) {
            return true;
        }
        uint256 shown = shownAt[later.contribution.contentRoot];
        return shown != 0 && shown + later.terms.challengeWindow / 2 <= at;
    }

    /// @dev Everything but that the settlement stands.
    function _matchOrigin(Origin calldata origin) private view {
        _matchTerms(origin.posted, origin.terms);
        _matchItem(origin.posted, origin.item, origin.itemProof);
        _matchContribution(origin.item, origin.contribution);
        uint256 campaign = origin.posted.campaign;
        _matchAnchor(campaign, origin.anchor, origin.item);
        bytes32 leaf = Origins.anchorLeaf(campaigns, campaign, origin.salt, origin.item);
        _matchLeaf(origin.anchor, origin.item, leaf, origin.anchorProof);
    }

    function _matchTerms(Posted calldata posted, Terms calldata terms) private pure {
        if (Preimage.digest(terms) != posted.terms) revert ContentFaults_WrongTerms(posted.key);
    }

    function _matchItem(Posted calldata posted, Item calldata item, bytes32[] calldata proof) private view {
        if (!Places.isSettled(address(settlement), posted, item, proof)) revert ContentFaults_WrongItem(item.item);
    }

    function _matchAnchor(uint256 campaign, Anchor calldata anchor, Item calldata item) private view {
        if (!Places.isAnchored(campaigns, campaign, anchor, item.item)) {
            revert ContentFaults_WrongAnchor(campaign, anchor.firstItem);
        }
    }

    function _matchLeaf(Anchor calldata anchor, Item calldata item, bytes32 leaf, bytes32[] calldata proof)
        private
        pure
    {
        uint256 index = item.item - anchor.firstItem;
        if (Merkle.root(leaf, index, anchor.count, proof) != anchor.root) revert ContentFaults_WrongLeaf(item.item);
    }

    function _matchOpening(Item calldata item, bytes32 salt, bytes32 signatureHash) private pure {
        if (Origins.opening(salt, signatureHash) != item.opening) revert ContentFaults_WrongOpening(item.item);
    }

    function _matchContribution(Item calldata item, Contribution calldata contribution) private view {
        if (Origins.digest(campaigns, contribution) != item.contribution) {
            revert ContentFaults_WrongContribution(item.item);
        }
    }
}
