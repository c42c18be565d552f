// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Campaigns} from "../src/Campaigns.sol";
import {Datasets} from "../src/Datasets.sol";
import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {ICourt} from "../src/interfaces/ICourt.sol";
import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {IReputation} from "../src/interfaces/IReputation.sol";
import {Anchor, Offer, Posted, Terms, Use, Version} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice Parameters as nobody should write them: fees above every cap, windows of nothing.
contract LyingParameters {
    uint16 public fee;

    constructor(uint16 fee_) {
        fee = fee_;
    }

    function fundingLimits() external view returns (IParameters.FundingLimits memory limits) {
        (limits.networkFeeBps, limits.reviewFeeBps, limits.operatorFeeBps) = (fee, 10_000, 10_000);
    }
}

/// @notice Governance over the whole network: what a passed proposal changes, and what none can.
contract GovernedTest is World {
    function setUp() public override {
        super.setUp();
        token.delegate(address(this));
        vm.warp(block.timestamp + 1);
    }

    // A change carried through

    /// @notice Propose, vote, queue, wait, execute: what runs keeps its fee to the last sale, what is new has the new one.
    function test_fee_change_through_the_governor() public {
        (Terms memory t,,, Posted memory p) = _settled(4, 2);
        _pass(address(parameters), abi.encodeCall(parameters.setNetworkFee, (400)));
        Version memory v = _version(p, t);
        _sell(p, t, v);
        vm.assertEq(dollar.balanceOf(treasury), R * 250 / 10_000, "the fee it was funded with");
        v.number = 2;
        v.feeBps = 400;
        vm.prank(operator);
        vm.expectRevert(IDatasets.Datasets_WrongSaleTerms.selector);
        datasets.publish(t, v, _keys(p));

        t.deadline = uint40(block.timestamp + 1000);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_WrongFee.selector, 250, 400));
        campaigns.fund(t, BUDGET);
        t.feeBps = 400;
        vm.assertEq(_fund(t, BUDGET), 2, "a new campaign has the new fee");
    }

    function test_fee_of_own_datasets_is_the_present_one() public {
        Version memory v = _ownVersion();
        v.feeBps = 249;
        _ownRefused(v, 249, 250);
        v.feeBps = 250;
        _publishOwn(v);
        _setFee(300);
        v.number = 2;
        _ownRefused(v, 250, 300);
        v.feeBps = 300;
        _publishOwn(v);
        v.number = 1;
        v.feeBps = 250;
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.warp(block.timestamp + 5);
        datasets.claimFee(v);
        vm.assertEq(dollar.balanceOf(treasury), R * 250 / 10_000, "the first version's fee stays");
    }

    function test_floors_bind_new_campaigns_only() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        vm.startPrank(address(timelock));
        parameters.setSettleFloor(21);
        parameters.setChallengeFloor(22);
        parameters.setLapseFloor(66);
        vm.stopPrank();
        _anchor(id, t, 1, operator);
        _windowRefused(t, 20, 21);
        t.settleWindow = 21;
        _windowRefused(t, 20, 22);
        t.challengeWindow = 22;
        _windowRefused(t, 60, 66);
        t.lapseWindow = 66;
        _fund(t, 1);
        t.settleWindow = 23;
        _windowRefused(t, 66, 67); // settle + twice challenge, whatever the floor
    }

    function test_ceilings_bind_new_campaigns_only() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        vm.startPrank(address(timelock));
        parameters.setReviewFeeCeiling(299);
        parameters.setOperatorFeeCeiling(499);
        vm.stopPrank();
        _anchor(id, t, 1, operator);
        _feeRefused(t, 300, 299);
        t.reviewFeeBps = 299;
        _feeRefused(t, 500, 499);
        t.operatorFeeBps = 499;
        _fund(t, 1);
    }

    function test_bond_and_window_are_those_of_publishing() public {
        (Terms memory t,,, Posted memory p) = _settled(4, 2);
        Version memory v = _version(p, t);
        _publish(p, t, v);
        vm.startPrank(address(timelock));
        parameters.setPublishBond(20 ether);
        parameters.setPublishWindow(50);
        vm.stopPrank();
        (, uint256 locked) = stakes.collateralOf(operator, address(token));
        vm.assertEq(locked, 10 ether, "as published");
        v.number = 2;
        _publish(p, t, v);
        (, locked) = stakes.collateralOf(operator, address(token));
        vm.assertEq(locked, 30 ether, "and the new one");
        vm.warp(block.timestamp + 5);
        vm.expectPartialRevert(IDatasets.Datasets_StillLocked.selector);
        datasets.releaseBond(v);
        v.number = 1;
        datasets.releaseBond(v);
        (, locked) = stakes.collateralOf(operator, address(token));
        vm.assertEq(locked, 20 ether, "what was locked is what comes back");
    }

    /// @notice Without a bond the role is still asked for.
    function test_attack_publishing_for_nothing_without_the_role() public {
        (Terms memory t,,, Posted memory p) = _settled(4, 2);
        Version memory v = _version(p, t);
        vm.prank(address(timelock));
        parameters.setPublishBond(0);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotOperator.selector, stranger));
        datasets.publish(t, v, _keys(p));
        _publish(p, t, v);
        vm.warp(block.timestamp + 5);
        vm.expectPartialRevert(IDatasets.Datasets_NoBond.selector);
        datasets.releaseBond(v);
    }

    /// @notice The treasury is whoever is when the fee is paid.
    function test_treasury_moves() public {
        (Terms memory t,,, Posted memory p) = _settled(4, 2);
        _pass(address(parameters), abi.encodeCall(parameters.setTreasury, (address(timelock))));
        _sell(p, t, _version(p, t));
        vm.assertEq(dollar.balanceOf(address(timelock)), R * 250 / 10_000, "the new one");
        bytes memory spend = abi.encodeCall(dollar.transfer, (stranger, R * 250 / 10_000));
        _pass(address(dollar), spend);
        vm.assertEq(dollar.balanceOf(stranger), R * 250 / 10_000, "what is its own, a vote can spend");
    }

    function test_jurors_windows_through_the_governor() public {
        ICourt.Windows memory windows = ICourt.Windows(1, 1, 1, 2);
        _pass(address(court), abi.encodeCall(court.adjust, (ICourt.Windows(1, 1, 1, 1), 0.015 ether)));
        vm.assertEq(court.arbitrationCost(""), 7 * 0.015 ether, "later disputes cost this");
        windows.draw = 2;
        vm.prank(address(timelock));
        vm.expectPartialRevert(ICourt.Court_UnbondingTooShort.selector); // 4 * 4 + 3 * 2
        court.adjust(windows, 0.015 ether);
    }

    // What no vote reaches

    /// @notice The strongest vote there is, to the highest fee there is: a campaign that runs pays what it was funded for.
    function test_attack_fee_raised_after_funding() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _settled(4, 2);
        Version memory v = _version(p, t);
        _publish(p, t, v);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        _pass(address(parameters), abi.encodeCall(parameters.setNetworkFee, (500)));
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        datasets.claimOwner(v);
        datasets.claimFee(v);
        vm.assertEq(dollar.balanceOf(treasury), 2 * R * 250 / 10_000, "before and after the vote");
        v.feeBps = 500;
        vm.expectPartialRevert(IDatasets.Datasets_WrongVersion.selector);
        datasets.claimFee(v);
        _final(p);
        uint256 escrow = campaigns.stateOf(p.campaign).escrow;
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        settlement.release(p, t, anchors, d.verdicts);
        vm.prank(requester);
        campaigns.refund(p.campaign, t, escrow); // nothing of it went anywhere
    }

    /// @notice Fees above the caps fail when they are executed, however many voted.
    function test_attack_caps_raised_by_vote() public {
        _fails(address(parameters), abi.encodeCall(parameters.setNetworkFee, (501)));
        _fails(address(parameters), abi.encodeCall(parameters.setReviewFeeCeiling, (301)));
        _fails(address(parameters), abi.encodeCall(parameters.setOperatorFeeCeiling, (1001)));
        _fails(address(parameters), abi.encodeCall(parameters.setSettleFloor, (1)));
        _fails(address(court), abi.encodeCall(court.adjust, (ICourt.Windows(1, 1, 1, 1), 0.03 ether)));
    }

    /// @notice Campaigns and Datasets hold the caps themselves: other Parameters than ours would not move them either.
    function test_attack_parameters_that_lie_cannot_raise_caps() public {
        IParameters lies = IParameters(address(new LyingParameters(501)));
        Campaigns other = new Campaigns(stakes, settlement, lies, address(pools), reviewers);
        Terms memory t = _terms();
        t.feeBps = 501;
        _capHolds(other, t, 501, 500);
        lies = IParameters(address(new LyingParameters(500)));
        other = new Campaigns(stakes, settlement, lies, address(pools), reviewers);
        (t.feeBps, t.reviewFeeBps) = (500, 301);
        _capHolds(other, t, 301, 300);
        (t.reviewFeeBps, t.operatorFeeBps) = (300, 1001);
        _capHolds(other, t, 1001, 1000);

        lies = IParameters(address(new LyingParameters(501)));
        Datasets sales = new Datasets(
            Datasets.Parts(campaigns, settlement, stakes, licences, lies, address(token), address(shareFaults))
        );
        vm.prank(rival);
        sales.createOwn();
        Version memory v = _ownVersion();
        v.feeBps = 501;
        Terms memory none;
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_FeeTooHigh.selector, 501, 500));
        sales.publish(none, v, new uint256[](0));
    }

    /// @notice Every key the network knows, but for the timelock, writes nothing.
    function test_attack_role_key_alone_changes_nothing() public {
        address[10] memory keys = [
            operator,
            reviewer,
            requester,
            watcher,
            treasury,
            address(this), // deployer, and holder of most votes
            address(governor),
            address(settlement),
            address(stakes),
            address(court)
        ];
        for (uint256 i; i < keys.length; ++i) {
            vm.startPrank(keys[i]);
            vm.expectRevert(abi.encodeWithSelector(IParameters.Parameters_NotTimelock.selector, keys[i]));
            parameters.setNetworkFee(0);
            vm.expectRevert(abi.encodeWithSelector(IParameters.Parameters_NotTimelock.selector, keys[i]));
            parameters.setTreasury(keys[i]);
            vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotTimelock.selector, keys[i]));
            court.adjust(ICourt.Windows(1, 1, 1, 1), 1);
            vm.stopPrank();
        }
    }

    /// @notice Governance as thief: with money everywhere, each call that moves other people's money fails when the
    /// timelock makes it. (That no call is left out: tests/integration/test_governance.py holds every function of every
    /// contract against what a stranger gets.)
    function test_attack_governance_as_thief() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _settled(4, 2);
        Version memory v = _version(p, t);
        _publish(p, t, v);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        address me = address(timelock);
        uint256[4] memory held = _held();

        _fails(address(campaigns), abi.encodeCall(campaigns.refund, (1, t, 1)));
        _fails(
            address(campaigns),
            abi.encodeCall(
                campaigns.take, (ICampaigns.Take(1, p.terms, 4, 1, 1, false), new uint32[](0), new bytes32[](0))
            )
        );
        _fails(address(campaigns), abi.encodeCall(campaigns.book, (1, 1, 1, 0)));
        _fails(address(settlement), abi.encodeCall(settlement.disburse, (address(dollar), me, 1)));
        _fails(address(settlement), abi.encodeCall(settlement.void, (p, me, bytes4(0), 0)));
        _fails(address(settlement), abi.encodeCall(settlement.assign, (_head(p), d.pays[0], new bytes32[](0), me)));
        _fails(address(stakes), abi.encodeCall(stakes.lock, (operator, address(dollar), 1, 0)));
        _fails(address(stakes), abi.encodeCall(stakes.unlock, (operator, address(dollar), 1)));
        _fails(address(stakes), abi.encodeCall(stakes.slash, (operator, address(dollar), 1, me, 1)));
        _fails(address(stakes), abi.encodeCall(stakes.award, (me, address(dollar), 0)));
        _fails(address(stakes), abi.encodeCall(stakes.holdStake, (operator, 1, 1, 1)));
        _fails(address(stakes), abi.encodeCall(stakes.slashStake, (operator, 1, 1, me, 1)));
        _fails(address(stakes), abi.encodeCall(stakes.withdraw, (address(dollar))));
        _fails(address(stakes), abi.encodeCall(stakes.withdrawStake, (1)));
        _fails(address(datasets), abi.encodeCall(datasets.transferFrom, (requester, me, v.dataset)));
        _fails(address(licences), abi.encodeCall(licences.mint, (me, 1, 0)));
        _fails(address(token), abi.encodeCall(token.transferFrom, (address(stakes), me, 1)));
        _fails(address(dollar), abi.encodeCall(dollar.transferFrom, (address(settlement), me, 1)));
        _fails(address(dollar), abi.encodeCall(dollar.transferFrom, (address(stakes), me, 1)));
        IReputation.Epoch memory epoch;
        _fails(address(reputation), abi.encodeCall(reputation.suspend, (epoch)));
        _fails(address(reputation), abi.encodeCall(reputation.rule, (epoch, false, me)));

        uint256[4] memory still = _held();
        for (uint256 i; i < 4; ++i) {
            vm.assertEq(still[i], held[i], "nothing moved");
        }
        _final(p);
        _push(p, d, 0, d.pays.length);
        settlement.release(p, t, anchors, d.verdicts);
        vm.assertEq(_paid(p.key), p.total, "and everyone gets what is his");
    }

    /// @notice The network is one: each part knows the others it needs, and none of them anybody else.
    function test_everything_in_one_network() public view {
        vm.assertEq(stakes.campaigns(), address(campaigns), "campaigns");
        vm.assertEq(stakes.settlement(), address(settlement), "settlement");
        vm.assertEq(stakes.datasets(), address(datasets), "datasets");
        vm.assertEq(stakes.reputation(), address(reputation), "reputation");
        vm.assertEq(stakes.court(), address(court), "court");
        vm.assertEq(stakes.disputes(), doubter, "disputes");
        vm.assertEq(stakes.calls(), address(calls), "calls");
        vm.assertEq(address(stakes.parameters()), address(parameters), "parameters of stakes");
        vm.assertEq(address(campaigns.parameters()), address(parameters), "of campaigns");
        vm.assertEq(address(campaigns.settlement()), address(settlement), "escrow");
        vm.assertEq(address(datasets.parameters()), address(parameters), "of datasets");
        vm.assertEq(address(reputation.parameters()), address(parameters), "of reputation");
        vm.assertEq(settlement.faults(), address(faults), "who voids");
        vm.assertEq(stakes.faults(), address(doubts), "who slashes for doubts");
        vm.assertEq(address(settlement.doubts()), address(doubts), "doubts");
        vm.assertEq(settlement.advances(), address(advances), "who assigns");
        vm.assertEq(licences.datasets(), address(datasets), "who mints");
        vm.assertEq(parameters.timelock(), address(timelock), "who writes");
        vm.assertEq(court.timelock(), address(timelock), "who adjusts");
        vm.assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)), "who proposes");
        vm.assertEq(governor.timelock(), address(timelock), "through whom");
        vm.assertEq(address(usage.stakes()), address(stakes), "usage");
        vm.assertEq(address(court.stakes()), address(stakes), "the court's stakes");
    }

    // Passing

    /// @dev Carries one call through propose, vote, queue, wait and execute.
    function _pass(address target, bytes memory call_) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _proposal(target, call_);
        governor.execute(targets, values, calls, keccak256("it"));
    }

    /// @dev The same, to its failing execution.
    function _fails(address target, bytes memory call_) private {
        uint256 before = vm.snapshotState();
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _proposal(target, call_);
        (bool done,) =
            address(governor).call(abi.encodeCall(governor.execute, (targets, values, calls, keccak256("it"))));
        vm.assertTrue(!done, "no vote does this");
        vm.revertToState(before);
    }

    function _proposal(address target, bytes memory call_)
        private
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        (targets, values, calls) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (target, call_);
        uint256 id = governor.propose(targets, values, calls, "it");
        vm.warp(block.timestamp + governor.votingDelay() + 1);
        governor.castVote(id, 1);
        vm.warp(block.timestamp + governor.votingPeriod());
        governor.queue(targets, values, calls, keccak256("it"));
        vm.warp(block.timestamp + timelock.getMinDelay());
    }

    function _held() private view returns (uint256[4] memory) {
        return [
            dollar.balanceOf(address(settlement)),
            dollar.balanceOf(address(stakes)),
            dollar.balanceOf(address(datasets)),
            token.balanceOf(address(stakes))
        ];
    }

    // Selling

    function _version(Posted memory p, Terms memory t) private returns (Version memory v) {
        if (block.timestamp < p.finalAt) _final(p);
        vm.prank(operator);
        v.dataset = datasets.create(p.campaign, t);
        (v.number, v.campaign) = (1, p.campaign);
        (v.episodeRoot, v.episodes) = (keccak256("episodes"), 4);
        (v.shareRoot, v.shares, v.totalWeight) = (keccak256("shares"), 2, 1e6);
        v.settlements = keccak256(abi.encode(_keys(p)));
        (v.token, v.ownerBps, v.feeBps) = (t.token, t.ownerBps, t.feeBps);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(t.licence, R, 30 days, 7, 0);
    }

    function _keys(Posted memory p) private pure returns (uint256[] memory keys) {
        keys = new uint256[](1);
        keys[0] = p.key;
    }

    function _publish(Posted memory p, Terms memory t, Version memory v) private {
        vm.prank(operator);
        datasets.publish(t, v, _keys(p));
    }

    function _sell(Posted memory p, Terms memory t, Version memory v) private {
        _publish(p, t, v);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.warp(block.timestamp + 5);
        datasets.claimFee(v);
    }

    function _ownVersion() private returns (Version memory v) {
        vm.prank(rival);
        v.dataset = datasets.createOwn();
        v.number = 1;
        (v.episodeRoot, v.episodes, v.token) = (keccak256("episodes"), 1, address(dollar));
        (v.ownerBps, v.feeBps) = (9000, 250);
        (v.shareRoot, v.shares, v.totalWeight) = (keccak256("shares"), 2, 1e6);
        v.settlements = keccak256(abi.encode(new uint256[](0)));
        v.offers = new Offer[](1);
        v.offers[0] = Offer(keccak256("licence"), R, 0, 7, 0);
    }

    function _publishOwn(Version memory v) private {
        Terms memory none;
        vm.prank(rival);
        datasets.publish(none, v, new uint256[](0));
    }

    // Refusing

    function _ownRefused(Version memory v, uint256 fee, uint256 expected) private {
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_WrongFee.selector, fee, expected));
        Terms memory none;
        vm.prank(rival);
        datasets.publish(none, v, new uint256[](0));
    }

    function _windowRefused(Terms memory t, uint256 window, uint256 floor) private {
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_WindowOutOfRange.selector, window, floor, 365 days));
        campaigns.fund(t, 1);
    }

    function _feeRefused(Terms memory t, uint256 fee, uint256 limit) private {
        _capHolds(campaigns, t, fee, limit);
    }

    function _capHolds(Campaigns at, Terms memory t, uint256 fee, uint256 limit) private {
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_FeeTooHigh.selector, fee, limit));
        at.fund(t, 0);
    }
}
