// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IReputation} from "./interfaces/IReputation.sol";
import {IReviewers} from "./interfaces/IReviewers.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {IVoteFaults} from "./interfaces/IVoteFaults.sol";
import {Anchor, Ballot, CommitRoot, Item, Posted, Terms, Vote} from "./interfaces/Structs.sol";
import {Ballots} from "./Ballots.sol";
import {Places} from "./Places.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";
import {Typed} from "./Typed.sol";
import {Weights} from "./Weights.sol";

/// @title VoteFaults
/// @notice See IVoteFaults. Decides nothing that a stranger could not recompute.
contract VoteFaults is IVoteFaults {
    bytes32 private constant _VOTE_COMMIT =
        keccak256("VoteCommit(uint256 campaign,uint32 item,uint8 round,address reviewer,bytes32 commit)");
    uint8 private constant _REVIEWER = 2;

    ISettlement public immutable settlement;
    ICampaigns public immutable campaigns;
    IStakes public immutable stakes;
    IReviewers public immutable reviewers;
    IReputation public immutable reputation;
    IParameters public immutable parameters;

    mapping(bytes32 key => bool) public proven;

    constructor(Parts memory parts) {
        settlement = parts.settlement;
        campaigns = parts.campaigns;
        stakes = parts.stakes;
        reviewers = parts.reviewers;
        reputation = parts.reputation;
        parameters = parts.parameters;
    }

    // Who voted

    /// @inheritdoc IVoteFaults
    function proveDraw(Posted calldata posted, Counted calldata at, Anchor calldata anchor) external {
        uint256 item = _match(posted, at);
        _matchAnchor(posted, anchor, item);
        _void(posted, !_asDrawn(posted, at, anchor), item);
    }

    /// @inheritdoc IVoteFaults
    function proveOmitted(
        Posted calldata posted,
        Terms calldata terms,
        Counted calldata at,
        Anchor calldata anchor,
        uint8 round,
        address reviewer
    ) external {
        uint256 settled = _settledAt(posted, terms);
        _matchAnchor(posted, anchor, _match(posted, at));
        ICampaigns.Revealed memory reveal = campaigns.revealOf(posted.campaign, at.item.item, round, reviewer);
        bool shown = reveal.time != 0 && reveal.time < settled;
        bytes32 seed = campaigns.seedOf(posted.campaign, anchor.firstItem);
        bool fault = shown && seed != 0 && round >= _rounds(at.votes) && _undecided(at, seed);
        _void(posted, fault && _isDrawn(posted, at.item, anchor, seed, round, reviewer), at.item.item);
    }

    /// @inheritdoc IVoteFaults
    function proveReplaced(
        Posted calldata posted,
        Terms calldata terms,
        Counted calldata at,
        Anchor calldata anchor,
        uint8 round,
        Turn[] calldata turns
    ) external {
        uint256 settled = _settledAt(posted, terms);
        uint256 item = _match(posted, at);
        _matchAnchor(posted, anchor, item);
        if (!_isGap(at.votes, round)) revert VoteFaults_NoFault();
        uint256 until = _opened(posted, terms, anchor, round, turns) + Rules.turn(terms);
        bool waited = _waited(posted, anchor, round, turns, until, settled);
        _void(posted, !waited || _spoke(posted, at.item, anchor, round, until), item);
    }

    // What they said

    /// @inheritdoc IVoteFaults
    function proveCommit(
        Posted calldata posted,
        Terms calldata terms,
        Counted calldata at,
        Anchor calldata anchor,
        uint256 index,
        Absence calldata absence
    ) external {
        uint256 settled = _settledAt(posted, terms);
        uint256 item = _match(posted, at);
        _matchAnchor(posted, anchor, item);
        Vote calldata vote = _vote(at, index);
        uint256 expected = posted.settler == anchor.anchorer ? 1 : 2;
        if (absence.roots.length != expected) revert VoteFaults_RootsLength(absence.roots.length, expected);
        bool stands = _standsAlone(posted.campaign, item, vote, absence, settled)
            || _standsIn(posted.campaign, item, vote, anchor, anchor.anchorer, absence.roots[0], settled);
        if (!stands && expected == 2) {
            stands = _standsIn(posted.campaign, item, vote, anchor, posted.settler, absence.roots[1], settled);
        }
        _void(posted, !stands, item);
    }

    /// @inheritdoc IVoteFaults
    function proveReveal(Posted calldata posted, Counted calldata at, uint256 index, Ballot calldata ballot) external {
        uint256 item = _match(posted, at);
        Vote calldata vote = _vote(at, index);
        if (Ballots.commitOf(address(campaigns), ballot) != vote.commit) revert VoteFaults_WrongBallot(item);
        bool same = ballot.campaign == posted.campaign && ballot.item == item && ballot.round == vote.round
            && ballot.reviewer == vote.reviewer && ballot.verdict == vote.verdict;
        _void(posted, !same, item);
    }

    // What it weighs

    /// @inheritdoc IVoteFaults
    function proveWeight(Posted calldata posted, Counted calldata at, uint256 index, IReputation.Lookup calldata lookup)
        external
    {
        uint256 item = _match(posted, at);
        Vote calldata vote = _vote(at, index);
        uint256 weight = Weights.START;
        if (posted.reputation != 0) {
            uint256 number = reputation.numberOf(posted.reputation);
            if (number == 0) revert VoteFaults_UnknownEpoch(posted.reputation);
            weight = reputation.weightAt(number, vote.reviewer, lookup);
        }
        _void(posted, vote.weight != weight, item);
    }

    /// @inheritdoc IVoteFaults
    function proveCitation(Posted calldata posted, Anchor calldata anchor, uint256 newer) external {
        if (anchor.firstItem != posted.firstItem) revert VoteFaults_WrongAnchor(posted.firstItem);
        _matchAnchor(posted, anchor, posted.firstItem);
        uint256 number = reputation.numberOf(posted.reputation);
        bool none = posted.reputation != 0 && number == 0;
        bool early = number != 0 && !_finalAt(number, anchor.time);
        bool stale = newer > number && _finalAt(newer, anchor.time);
        _void(posted, none || early || stale, newer);
    }

    // Reviewers' stakes

    /// @inheritdoc IVoteFaults
    function proveEquivocation(Place calldata place, Placed calldata placed, bytes32 commit, bytes calldata signature)
        external
    {
        _matchPlaced(place, placed);
        if (commit == placed.commit) revert VoteFaults_NoFault();
        _checkSigned(place, commit, signature);
        bytes32 key = Ballots.key(place.campaign, place.item, place.round, place.reviewer);
        if (proven[key]) revert VoteFaults_AlreadyProven(key);
        proven[key] = true;
        uint256 amount = stakes.minimumOf(_REVIEWER);
        uint256 rewarded = amount / 2;
        uint256 taken = stakes.slashStake(place.reviewer, _REVIEWER, amount, msg.sender, rewarded);
        if (taken < amount) rewarded = rewarded * taken / amount;
        emit Equivocated(place.campaign, place.item, place.reviewer, place.round, msg.sender, taken);
        if (taken > rewarded) stakes.award(parameters.treasury(), stakes.networkToken(), taken - rewarded);
        reviewers.sync(place.reviewer);
    }

    /// @inheritdoc IVoteFaults
    function digestOf(Place calldata place, bytes32 commit) public view returns (bytes32) {
        return Typed.digest(address(campaigns), keccak256(abi.encode(_VOTE_COMMIT, place, commit)));
    }

    // Helpers

    function _void(Posted calldata posted, bool fault, uint256 index) private {
        if (!fault) revert VoteFaults_NoFault();
        settlement.void(posted, msg.sender, msg.sig, index); // checks the preimage, too
    }

    function _asDrawn(Posted calldata posted, Counted calldata at, Anchor calldata anchor) private view returns (bool) {
        uint256 count = at.votes.length;
        bytes32 seed = campaigns.seedOf(posted.campaign, anchor.firstItem);
        if (count == 0 || seed == 0) return count == 0;
        uint256 rounds = _rounds(at.votes);
        if (rounds > Rules.MAX_PLACES) return false;
        address[] memory list = _drawn(posted, at.item, anchor, seed, rounds);
        if (list.length < rounds) return false;
        uint256 next;
        for (uint256 i; i < count; ++i) {
            uint256 round = at.votes[i].round;
            if (round < next || round >= rounds || at.votes[i].reviewer != list[round]) return false;
            next = round + 1;
        }
        return true;
    }

    function _isDrawn(
        Posted calldata posted,
        Item calldata item,
        Anchor calldata anchor,
        bytes32 seed,
        uint256 round,
        address reviewer
    ) private view returns (bool) {
        if (round >= Rules.MAX_PLACES) return false;
        address[] memory list = _drawn(posted, item, anchor, seed, round + 1);
        return list.length > round && list[round] == reviewer;
    }

    /// @dev When a round began: once the root of the one before it was stored by anybody who may close it, and the first a
    /// turn after the anchor, by when whoever wants to has recorded the seed. Never, where no round was before it.
    function _opened(
        Posted calldata posted,
        Terms calldata terms,
        Anchor calldata anchor,
        uint8 round,
        Turn[] calldata turns
    ) private view returns (uint256 time) {
        uint256 expected = posted.settler == anchor.anchorer ? 1 : 2;
        if (turns.length != expected) revert VoteFaults_RootsLength(turns.length, expected);
        if (round == 0) return anchor.time + Rules.turn(terms);
        time = type(uint40).max;
        for (uint256 i; i < expected; ++i) {
            RootAt calldata earlier = turns[i].earlier;
            address who = i == 0 ? anchor.anchorer : posted.settler;
            if (_holds(posted.campaign, anchor, round - 1, who, earlier) && earlier.time < time) time = earlier.time;
        }
    }

    /// @dev Whether one of them closed the round no sooner than it was over.
    function _waited(
        Posted calldata posted,
        Anchor calldata anchor,
        uint8 round,
        Turn[] calldata turns,
        uint256 until,
        uint256 settled
    ) private view returns (bool waited) {
        for (uint256 i; i < turns.length; ++i) {
            RootAt calldata own = turns[i].own;
            address who = i == 0 ? anchor.anchorer : posted.settler;
            bool closed = _holds(posted.campaign, anchor, round, who, own) && own.time >= until && own.time <= settled;
            waited = waited || closed;
        }
    }

    /// @dev Whether a root of the anchor is stored; what is shown must be what is.
    function _holds(uint256 campaign, Anchor calldata anchor, uint256 round, address who, RootAt calldata at)
        private
        view
        returns (bool)
    {
        bytes32 stored = campaigns.commitRoots(Ballots.key(campaign, anchor.firstItem, round, who));
        if (stored == 0) return false;
        if (stored != Ballots.stored(at.root, at.count, at.time)) revert VoteFaults_WrongCommit(anchor.firstItem, who);
        return at.count == anchor.count;
    }

    /// @dev Whether the round's reviewer opened a vote on chain before it was over.
    function _spoke(Posted calldata posted, Item calldata item, Anchor calldata anchor, uint8 round, uint256 until)
        private
        view
        returns (bool)
    {
        bytes32 seed = campaigns.seedOf(posted.campaign, anchor.firstItem);
        if (seed == 0 || round >= Rules.MAX_PLACES) return false;
        address[] memory list = _drawn(posted, item, anchor, seed, round + 1);
        if (list.length <= round) return false;
        uint256 time = campaigns.revealOf(posted.campaign, item.item, round, list[round]).time;
        return time != 0 && time < until;
    }

    function _drawn(Posted calldata posted, Item calldata item, Anchor calldata anchor, bytes32 seed, uint256 count)
        private
        view
        returns (address[] memory)
    {
        return reviewers.drawn(
            IReviewers.Draw({
                campaign: posted.campaign,
                item: item.item,
                seed: seed,
                weights: anchor.weights,
                contributor: item.contributor,
                anchorer: anchor.anchorer
            }),
            count
        );
    }

    /// @dev Whether the rule asks for one more vote (spec/review.md section 1). That a newcomer's item is asked about even
    /// if it is clear, nobody can show here.
    function _undecided(Counted calldata at, bytes32 seed) private pure returns (bool) {
        uint256 count = at.votes.length;
        if (count >= Rules.MAX_VOTES || at.item.verdict == Rules.MISSING) return false;
        int256 sum = Rules.sum(at.item.llr, at.item.prior, at.votes);
        if (count == 0) return (sum > -Rules.SKIP_SUM && sum < Rules.SKIP_SUM) || Rules.audited(seed, at.item.item);
        return count < Rules.MIN_VOTES || (sum > -Rules.STOP_SUM && sum < Rules.STOP_SUM);
    }

    /// @dev How many rounds were reached: one more than that of the last vote, whose place shows nothing if they are not in
    /// order, which `proveDraw` proves.
    function _rounds(Vote[] calldata votes) private pure returns (uint256) {
        return votes.length == 0 ? 0 : uint256(votes[votes.length - 1].round) + 1;
    }

    /// @dev Whether a vote of a later round counts, and none of this.
    function _isGap(Vote[] calldata votes, uint256 round) private pure returns (bool) {
        if (round + 1 >= _rounds(votes)) return false;
        for (uint256 i; i < votes.length; ++i) {
            if (votes[i].round == round) return false;
        }
        return true;
    }

    /// @dev Whether the vote's commit is the reviewer's own.
    function _standsAlone(uint256 campaign, uint256 item, Vote calldata vote, Absence calldata absence, uint256 settled)
        private
        view
        returns (bool)
    {
        bytes32 stored = campaigns.commits(Ballots.key(campaign, item, vote.round, vote.reviewer));
        if (stored == 0) return false;
        if (stored != Ballots.stored(absence.commit, absence.time)) {
            revert VoteFaults_WrongCommit(item, vote.reviewer);
        }
        return absence.commit == vote.commit && absence.time <= settled;
    }

    /// @dev Whether it stands at its place under an operator's root. A root over another number of leaves than the anchor
    /// has items, or stored after the settlement, holds nothing.
    function _standsIn(
        uint256 campaign,
        uint256 item,
        Vote calldata vote,
        Anchor calldata anchor,
        address operator,
        CommitRoot calldata at,
        uint256 settled
    ) private view returns (bool) {
        bytes32 stored = campaigns.commitRoots(Ballots.key(campaign, anchor.firstItem, vote.round, operator));
        if (stored == 0) return false;
        bool known = stored == Ballots.stored(at);
        if (known && (at.count != anchor.count || at.time > settled)) return false;
        if (!known || !Ballots.stands(at, item - anchor.firstItem)) revert VoteFaults_WrongCommit(item, operator);
        return at.leaf == _leaf(campaign, item, vote);
    }

    function _leaf(uint256 campaign, uint256 item, Vote calldata vote) private view returns (bytes32) {
        return Ballots.leaf(address(campaigns), campaign, item, vote.round, vote.reviewer, vote.commit);
    }

    /// @dev The commit stands on chain, is his, and young enough.
    function _matchPlaced(Place calldata place, Placed calldata placed) private view {
        uint256 time = placed.operator == address(0) ? _ownTime(place, placed) : _rootTime(place, placed);
        uint256 until = time + stakes.unbonding();
        if (block.timestamp >= until) revert VoteFaults_TooLate(until, block.timestamp);
    }

    function _ownTime(Place calldata place, Placed calldata placed) private view returns (uint256) {
        bytes32 key = Ballots.key(place.campaign, place.item, place.round, place.reviewer);
        if (campaigns.commits(key) != Ballots.stored(placed.commit, placed.time)) {
            revert VoteFaults_WrongCommit(place.item, place.reviewer);
        }
        return placed.time;
    }

    function _rootTime(Place calldata place, Placed calldata placed) private view returns (uint256) {
        CommitRoot calldata at = placed.root;
        bytes32 key = Ballots.key(place.campaign, placed.firstItem, place.round, placed.operator);
        bytes32 leaf =
            Ballots.leaf(address(campaigns), place.campaign, place.item, place.round, place.reviewer, placed.commit);
        bool stands = at.leaf == leaf && Ballots.stands(at, place.item - placed.firstItem);
        if (!stands || campaigns.commitRoots(key) != Ballots.stored(at)) {
            revert VoteFaults_WrongCommit(place.item, placed.operator);
        }
        _checkSigned(place, placed.commit, placed.signature);
        return at.time;
    }

    function _checkSigned(Place calldata place, bytes32 commit, bytes calldata signature) private view {
        if (!SignatureChecker.isValidSignatureNow(place.reviewer, digestOf(place, commit), signature)) {
            revert VoteFaults_WrongSignature(place.reviewer);
        }
    }

    /// @dev Since an epoch is final for good, whether it was at `time` can be told at any later time.
    function _finalAt(uint256 number, uint256 time) private view returns (bool) {
        return reputation.isFinal(number) && reputation.finalSince(number) <= time;
    }

    /// @dev When the settlement was posted.
    function _settledAt(Posted calldata posted, Terms calldata terms) private pure returns (uint256) {
        if (Preimage.digest(terms) != posted.terms) revert VoteFaults_WrongTerms(posted.key);
        return Places.postedAt(posted, terms);
    }

    /// @return number the item's
    function _match(Posted calldata posted, Counted calldata at) private view returns (uint256 number) {
        number = at.item.item;
        if (!Places.isSettled(address(settlement), posted, at.item, at.proof)) revert VoteFaults_WrongProof(number);
        if (Preimage.digest(at.votes) != at.item.votesRoot) revert VoteFaults_WrongVotes(number);
    }

    function _matchAnchor(Posted calldata posted, Anchor calldata anchor, uint256 item) private view {
        if (!Places.isAnchored(campaigns, posted.campaign, anchor, item)) revert VoteFaults_WrongAnchor(item);
    }

    function _vote(Counted calldata at, uint256 index) private pure returns (Vote calldata) {
        Vote[] calldata votes = at.votes;
        if (index >= votes.length) revert VoteFaults_UnknownVote(index, votes.length);
        return votes[index];
    }
}
