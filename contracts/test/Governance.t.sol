// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {HeadwaterGovernor} from "../src/HeadwaterGovernor.sol";
import {Parameters} from "../src/Parameters.sol";
import {HeadwaterTimelock} from "../src/Timelock.sol";
import {HeadwaterToken} from "../src/Token.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {Test} from "./Test.sol";

/// @notice What a campaign does with the limits: reads them once, at funding, and keeps them.
contract FundingMock {
    IParameters private immutable _parameters;
    bytes32 public frozen;

    constructor(IParameters parameters_) {
        _parameters = parameters_;
    }

    function fund() external {
        frozen = keccak256(abi.encode(_parameters.fundingLimits()));
    }

    function read() external view returns (uint256 used) {
        used = gasleft();
        _parameters.fundingLimits();
        used -= gasleft();
    }
}

/// @notice Borrows votes for one transaction.
contract Flash {
    HeadwaterToken private immutable _token;
    HeadwaterGovernor private immutable _governor;
    bytes public failure;

    constructor(HeadwaterToken token_, HeadwaterGovernor governor_) {
        _token = token_;
        _governor = governor_;
        token_.delegate(address(this));
    }

    function run(address lender, uint256 amount, bytes calldata call_) external returns (bool done) {
        _token.transferFrom(lender, address(this), amount);
        require(_token.getVotes(address(this)) == amount, "votes at hand");
        (done, failure) = address(_governor).call(call_);
        _token.transfer(lender, amount);
    }
}

/// @notice Governor, timelock and Parameters as they are deployed: no key of the deployer is left in any of them.
contract GovernanceTest is Test {
    uint48 private constant DELAY = 100;
    uint32 private constant PERIOD = 1000;
    uint256 private constant WAIT = 500;
    uint256 private constant THRESHOLD = 1e6 ether;

    HeadwaterToken private token;
    HeadwaterTimelock private timelock;
    HeadwaterGovernor private governor;
    Parameters private parameters;

    address private ada = address(0xada); // most of the supply
    address private bob = address(0xb0b);
    address private poor = address(0x900);
    address private stranger = address(0x57a);
    address private treasury = address(0x73ea);

    function setUp() public {
        vm.warp(1_800_000_000);
        token = new HeadwaterToken(address(this), 1e9 ether);
        address at = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        timelock = new HeadwaterTimelock(WAIT, 100, at);
        governor = new HeadwaterGovernor(token, timelock, _settings());
        parameters = new Parameters(_setup());
        _holder(ada, 3e8 ether);
        _holder(bob, 1e8 ether);
        _holder(poor, THRESHOLD - 1);
        vm.warp(block.timestamp + 1);
    }

    // Carried through

    function test_proposal_changes_a_fee() public {
        (uint256 id, IParameters.FundingLimits memory before) = (_propose(_fee(400), "fee"), parameters.fundingLimits());
        vm.assertEq(before.networkFeeBps, 250, "before");
        _is(id, IGovernor.ProposalState.Pending);
        vm.warp(block.timestamp + DELAY + 1);
        _is(id, IGovernor.ProposalState.Active);
        vm.prank(ada);
        governor.castVote(id, 1);
        vm.prank(bob);
        governor.castVote(id, 0);
        vm.warp(block.timestamp + PERIOD);
        _is(id, IGovernor.ProposalState.Succeeded);
        _queue(_fee(400), "fee");
        _is(id, IGovernor.ProposalState.Queued);
        vm.assertEq(parameters.fundingLimits().networkFeeBps, 250, "not yet");
        vm.warp(block.timestamp + WAIT);
        vm.prank(stranger); // anyone executes what has passed
        _execute(_fee(400), "fee");
        _is(id, IGovernor.ProposalState.Executed);
        vm.assertEq(parameters.fundingLimits().networkFeeBps, 400, "after");
    }

    function test_proposal_of_several_calls_is_all_or_nothing() public {
        bytes[] memory calls = new bytes[](2);
        calls[0] = _fee(400);
        calls[1] = abi.encodeCall(parameters.setReviewFeeCeiling, (301));
        (address[] memory targets, uint256[] memory values) = _targets(2);
        vm.prank(ada);
        uint256 id = governor.propose(targets, values, calls, "two");
        _pass(id);
        governor.queue(targets, values, calls, keccak256("two"));
        vm.warp(block.timestamp + WAIT);
        vm.expectPartialRevert(IParameters.Parameters_OutOfRange.selector);
        governor.execute(targets, values, calls, keccak256("two"));
        vm.assertEq(parameters.fundingLimits().networkFeeBps, 250, "neither");
    }

    /// @notice Tools find the governor by these.
    function test_names_that_tools_know() public view {
        vm.assertTrue(_same(governor.CLOCK_MODE(), "mode=timestamp"), "clock mode");
        vm.assertTrue(_same(governor.COUNTING_MODE(), "support=bravo&quorum=for,abstain"), "counting mode");
        vm.assertTrue(_same(governor.version(), "1"), "version");
        vm.assertTrue(_same(governor.name(), "Headwater Governor"), "name");
        vm.assertEq(governor.clock(), block.timestamp, "seconds");
        vm.assertEq(token.clock(), block.timestamp, "the token's too");
        vm.assertEq(governor.votingDelay(), DELAY, "delay");
        vm.assertEq(governor.votingPeriod(), PERIOD, "period");
        vm.assertEq(governor.proposalThreshold(), THRESHOLD, "threshold");
        vm.assertEq(governor.quorum(block.timestamp - 1), 4e7 ether, "4 % of the supply");
        vm.assertTrue(governor.proposalNeedsQueuing(0), "through the timelock");
        vm.assertEq(governor.timelock(), address(timelock), "timelock");
    }

    function test_vote_needs_quorum_and_majority() public {
        uint256 id = _propose(_fee(400), "no quorum");
        vm.warp(block.timestamp + DELAY + 1);
        vm.prank(poor);
        governor.castVote(id, 1);
        vm.warp(block.timestamp + PERIOD);
        _is(id, IGovernor.ProposalState.Defeated);
        id = _propose(_fee(400), "outvoted");
        vm.warp(block.timestamp + DELAY + 1);
        vm.prank(bob);
        governor.castVote(id, 1);
        vm.prank(ada);
        governor.castVote(id, 0);
        vm.warp(block.timestamp + PERIOD);
        _is(id, IGovernor.ProposalState.Defeated);
        _notYet(id, IGovernor.ProposalState.Defeated, _mask(5));
        _execute(_fee(400), "outvoted");
    }

    // Caps

    function test_attack_proposal_above_a_cap_fails_at_execution() public {
        uint256 id = _propose(_fee(501), "greed");
        _pass(id);
        _queue(_fee(501), "greed");
        vm.warp(block.timestamp + WAIT);
        vm.expectRevert(
            abi.encodeWithSelector(IParameters.Parameters_OutOfRange.selector, bytes32("networkFee"), 501, 0, 500)
        );
        _execute(_fee(501), "greed");
        vm.assertEq(parameters.fundingLimits().networkFeeBps, 250, "as before");
    }

    function test_attack_no_parameter_leaves_its_bounds() public {
        _bounds(parameters.setNetworkFee.selector, "networkFee", 0, 500);
        _bounds(parameters.setReviewFeeCeiling.selector, "reviewFeeCeiling", 0, 300);
        _bounds(parameters.setOperatorFeeCeiling.selector, "operatorFeeCeiling", 0, 1000);
        _bounds(parameters.setSettleFloor.selector, "settleFloor", 2, 30 days);
        _bounds(parameters.setChallengeFloor.selector, "challengeFloor", 3, 30 days);
        _bounds(parameters.setLapseFloor.selector, "lapseFloor", 4, 180 days);
        _bounds(parameters.setPublishWindow.selector, "publishWindow", 5, 30 days);
        _bounds(parameters.setEpochWindow.selector, "epochWindow", 6, 30 days);
        _bounds(parameters.setPublishBond.selector, "publishBond", 1 ether, 100 ether);
        _bounds(parameters.setEpochBond.selector, "epochBond", 50 ether, 5000 ether);
        for (uint8 i; i < 4; ++i) {
            _stakeBounds(uint8(1 << i));
        }
        IParameters.FundingLimits memory f = parameters.fundingLimits();
        vm.assertEq(f.networkFeeBps, 500, "network fee");
        vm.assertEq(f.reviewFeeBps, 300, "review fee");
        vm.assertEq(f.operatorFeeBps, 1000, "operator fee");
        vm.assertEq(f.settle, 30 days, "settle");
        vm.assertEq(f.challenge, 30 days, "challenge");
        vm.assertEq(f.lapse, 180 days, "lapse");
        vm.assertEq(f.suite, 1, "suite untouched");
        vm.assertTrue(f.lapse <= 365 days && f.settle + 2 * f.challenge <= 365 days, "a campaign can still be funded");
        vm.assertEq(parameters.publishLimits().bond, 100 ether, "publish bond");
        vm.assertEq(parameters.publishLimits().window, 30 days, "publish window");
        vm.assertEq(parameters.epochLimits().bond, 5000 ether, "epoch bond");
        vm.assertEq(parameters.epochLimits().window, 30 days, "epoch window");
    }

    function testFuzz_fee_is_capped(uint16 bps) public {
        vm.prank(address(timelock));
        if (bps > 500) vm.expectPartialRevert(IParameters.Parameters_OutOfRange.selector);
        parameters.setNetworkFee(bps);
        vm.assertEq(parameters.fundingLimits().networkFeeBps, bps > 500 ? 250 : bps, "fee");
    }

    function test_first_values_keep_the_bounds() public {
        IParameters.Setup memory setup = _setup();
        setup.networkFeeBps = 501;
        _refused(setup, IParameters.Parameters_OutOfRange.selector);
        setup = _setup();
        setup.windows.challenge = 2;
        _refused(setup, IParameters.Parameters_OutOfRange.selector);
        setup = _setup();
        setup.floors.epoch = 1;
        _refused(setup, IParameters.Parameters_OutOfRange.selector);
        setup = _setup();
        setup.stakes[3] = 1001 ether;
        _refused(setup, IParameters.Parameters_OutOfRange.selector);
        setup = _setup();
        setup.timelock = address(0);
        _refused(setup, IParameters.Parameters_ZeroAddress.selector);
        setup = _setup();
        setup.treasury = address(0);
        _refused(setup, IParameters.Parameters_ZeroAddress.selector);
        setup = _setup();
        setup.suite = 0;
        _refused(setup, IParameters.Parameters_WrongSuite.selector);
    }

    // Treasury and suite

    function test_treasury_and_suite() public {
        vm.startPrank(address(timelock));
        parameters.setTreasury(bob);
        vm.assertEq(parameters.treasury(), bob, "treasury");
        vm.expectRevert(IParameters.Parameters_ZeroAddress.selector);
        parameters.setTreasury(address(0));
        parameters.addSuite(2, keccak256("suite 2"));
        vm.assertEq(parameters.fundingLimits().suite, 2, "current");
        vm.assertEq(parameters.suiteDigest(1), keccak256("suite"), "the earlier one stays");
        vm.assertEq(parameters.suiteDigest(2), keccak256("suite 2"), "digest");
        vm.assertEq(parameters.suiteDigest(3), 0, "never was");
        vm.stopPrank();
    }

    /// @notice Two proposals for the next suite: the second one fails, it does not replace the first.
    function test_attack_suite_replaced_under_its_number() public {
        vm.startPrank(address(timelock));
        parameters.addSuite(2, keccak256("a"));
        bytes4 wrong = IParameters.Parameters_WrongSuite.selector;
        vm.expectRevert(abi.encodeWithSelector(wrong, 2, 3, keccak256("b")));
        parameters.addSuite(2, keccak256("b"));
        vm.expectRevert(abi.encodeWithSelector(wrong, 4, 3, keccak256("b")));
        parameters.addSuite(4, keccak256("b"));
        vm.expectRevert(abi.encodeWithSelector(wrong, 3, 3, bytes32(0)));
        parameters.addSuite(3, 0);
        vm.stopPrank();
    }

    // Who may

    function test_attack_stranger_calls_parameters() public {
        address[5] memory callers = [stranger, address(this), address(governor), ada, treasury];
        for (uint256 i; i < 5; ++i) {
            bytes memory no = abi.encodeWithSelector(IParameters.Parameters_NotTimelock.selector, callers[i]);
            vm.startPrank(callers[i]);
            _allSettersRevert(no);
            vm.stopPrank();
        }
    }

    /// @notice Nobody is admin of the timelock but itself; the deployer never had a role in it.
    function test_attack_deployer_keeps_nothing() public {
        bytes32[4] memory roles = [
            timelock.DEFAULT_ADMIN_ROLE(), timelock.PROPOSER_ROLE(), timelock.CANCELLER_ROLE(), timelock.EXECUTOR_ROLE()
        ];
        for (uint256 i; i < 4; ++i) {
            vm.assertTrue(!timelock.hasRole(roles[i], address(this)), "deployer");
            vm.assertTrue(timelock.hasRole(roles[i], address(governor)) == (i == 1 || i == 2), "governor");
            vm.assertTrue(timelock.hasRole(roles[i], address(timelock)) == (i == 0), "timelock");
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), roles[0]
                )
            );
            timelock.grantRole(roles[i], address(this));
        }
        vm.assertTrue(timelock.hasRole(roles[3], address(0)), "anyone executes");
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), roles[1])
        );
        timelock.schedule(address(parameters), 0, _fee(400), 0, 0, WAIT);
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, address(this)));
        timelock.updateDelay(200);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(parameters), 0, _fee(400), 0, 0);
    }

    function test_attack_proposer_without_threshold() public {
        bytes memory few = abi.encodeWithSelector(
            IGovernor.GovernorInsufficientProposerVotes.selector, poor, THRESHOLD - 1, THRESHOLD
        );
        vm.expectRevert(few);
        this.proposeAs(poor, _fee(400), "mine");
        token.transfer(poor, 1); // votes count from the second before
        vm.expectRevert(few);
        this.proposeAs(poor, _fee(400), "mine");
        vm.warp(block.timestamp + 1);
        this.proposeAs(poor, _fee(400), "mine");
    }

    function test_attack_undelegated_tokens_do_not_vote() public {
        uint256 id = _propose(_fee(400), "fee");
        token.transfer(stranger, 5e8 ether);
        vm.warp(block.timestamp + DELAY + 1);
        vm.prank(stranger);
        vm.assertEq(governor.castVote(id, 1), 0, "no weight");
    }

    function test_attack_tokens_vote_once_across_a_transfer() public {
        uint256 id = _propose(_fee(400), "fee");
        vm.warp(block.timestamp + DELAY + 1);
        vm.prank(ada);
        vm.assertEq(governor.castVote(id, 1), 3e8 ether, "at the snapshot");
        vm.prank(ada);
        token.transfer(stranger, 3e8 ether);
        vm.startPrank(stranger);
        token.delegate(stranger);
        vm.assertEq(governor.castVote(id, 1), 0, "bought after the snapshot");
        vm.stopPrank();
        (, uint256 inFavour,) = governor.proposalVotes(id);
        vm.assertEq(inFavour, 3e8 ether, "once");
    }

    /// @notice A voter who sells after the snapshot keeps that one vote: it was his when the vote was called.
    function test_vote_stands_at_the_snapshot() public {
        uint256 id = _propose(_fee(400), "fee");
        vm.warp(block.timestamp + DELAY + 1);
        vm.prank(ada);
        token.transfer(bob, 3e8 ether);
        vm.prank(ada);
        vm.assertEq(governor.castVote(id, 1), 3e8 ether, "his at the snapshot");
        vm.prank(bob);
        vm.assertEq(governor.castVote(id, 0), 1e8 ether, "without what came later");
    }

    function test_attack_flash_loaned_votes() public {
        Flash flash = new Flash(token, governor);
        vm.prank(ada);
        token.approve(address(flash), type(uint256).max);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _one(_fee(500));
        bytes memory call_ = abi.encodeCall(governor.propose, (targets, values, calls, "flash"));
        vm.assertTrue(!flash.run(ada, 3e8 ether, call_), "no proposal");
        vm.assertEq(
            keccak256(flash.failure()),
            keccak256(
                abi.encodeWithSelector(
                    IGovernor.GovernorInsufficientProposerVotes.selector, address(flash), 0, THRESHOLD
                )
            ),
            "votes of the second before count"
        );
        uint256 id = _propose(_fee(400), "fee");
        vm.warp(block.timestamp + DELAY); // the very second of the snapshot, where nobody can vote yet
        vm.assertTrue(!flash.run(ada, 3e8 ether, abi.encodeCall(governor.castVote, (id, 0))), "not yet active");
        vm.warp(block.timestamp + 1);
        vm.assertTrue(flash.run(ada, 3e8 ether, abi.encodeCall(governor.castVote, (id, 0))), "votes");
        (uint256 against,,) = governor.proposalVotes(id);
        vm.assertEq(against, 0, "with nothing");
    }

    function test_attack_double_vote() public {
        uint256 id = _propose(_fee(400), "fee");
        vm.warp(block.timestamp + DELAY + 1);
        vm.startPrank(ada);
        governor.castVote(id, 1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, ada));
        governor.castVote(id, 1);
        token.delegate(bob); // too late to lend the same votes to someone else
        vm.stopPrank();
        vm.prank(bob);
        vm.assertEq(governor.castVote(id, 1), 1e8 ether, "his own only");
    }

    function test_cancelled_by_its_proposer_while_pending_only() public {
        uint256 id = _propose(_fee(400), "fee");
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _one(_fee(400));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, bob));
        vm.prank(bob);
        governor.cancel(targets, values, calls, keccak256("fee"));
        vm.prank(ada);
        governor.cancel(targets, values, calls, keccak256("fee"));
        _is(id, IGovernor.ProposalState.Canceled);
        vm.warp(block.timestamp + DELAY + 1);
        _notYet(id, IGovernor.ProposalState.Canceled, _mask(1));
        vm.prank(ada);
        governor.castVote(id, 1);
        _notYet(id, IGovernor.ProposalState.Canceled, _mask(4));
        _queue(_fee(400), "fee");
        id = _propose(_fee(400), "again");
        _pass(id);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, ada));
        vm.prank(ada);
        governor.cancel(targets, values, calls, keccak256("again"));
    }

    function test_attack_execution_before_its_time() public {
        uint256 id = _propose(_fee(400), "fee");
        _notYet(id, IGovernor.ProposalState.Pending, _mask(5));
        _execute(_fee(400), "fee");
        vm.warp(block.timestamp + DELAY + 1);
        vm.prank(ada);
        governor.castVote(id, 1);
        _notYet(id, IGovernor.ProposalState.Active, _mask(4));
        _queue(_fee(400), "fee");
        vm.warp(block.timestamp + PERIOD);
        _notYet(id, IGovernor.ProposalState.Succeeded, _mask(5)); // never queued
        _execute(_fee(400), "fee");
        _queue(_fee(400), "fee");
        vm.warp(block.timestamp + WAIT - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector); // delay not over
        _execute(_fee(400), "fee");
        vm.warp(block.timestamp + 1);
        _execute(_fee(400), "fee");
        _notYet(id, IGovernor.ProposalState.Executed, _mask(5)); // and once only
        _execute(_fee(400), "fee");
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        this.proposeAs(ada, _fee(400), "fee");
    }

    /// @notice Someone who sees a proposal coming cannot take its id and cancel it, if it names its proposer.
    function test_attack_front_run_proposal() public {
        string memory text = string.concat("fee #proposer=0x0000000000000000000000000000000000000ada");
        vm.expectPartialRevert(IGovernor.GovernorRestrictedProposer.selector);
        this.proposeAs(bob, _fee(400), text);
        this.proposeAs(ada, _fee(400), text);
    }

    // Governance's own settings

    function test_attack_majority_hurries_or_locks_the_next_vote() public {
        bytes4 range = HeadwaterGovernor.HeadwaterGovernor_OutOfRange.selector;
        _fails(address(governor), abi.encodeCall(governor.setVotingPeriod, (9)), range);
        _fails(address(governor), abi.encodeCall(governor.setVotingPeriod, (30 days + 1)), range);
        _fails(address(governor), abi.encodeCall(governor.setVotingDelay, (4)), range);
        _fails(address(governor), abi.encodeCall(governor.setVotingDelay, (30 days + 1)), range);
        _fails(address(governor), abi.encodeCall(governor.setProposalThreshold, (1e7 ether + 1)), range);
        _fails(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (0)), range);
        _fails(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (31)), range);
        range = HeadwaterTimelock.HeadwaterTimelock_DelayOutOfRange.selector;
        _fails(address(timelock), abi.encodeCall(timelock.updateDelay, (99)), range);
        _fails(address(timelock), abi.encodeCall(timelock.updateDelay, (30 days + 1)), range);
    }

    function test_settings_move_within_their_bounds() public {
        _does(address(governor), abi.encodeCall(governor.setVotingPeriod, (2000)));
        vm.assertEq(governor.votingPeriod(), 2000, "period");
        _does(address(governor), abi.encodeCall(governor.setVotingPeriod, (PERIOD)));
        _does(address(governor), abi.encodeCall(governor.setVotingDelay, (5)));
        vm.assertEq(governor.votingDelay(), 5, "delay");
        _does(address(governor), abi.encodeCall(governor.setProposalThreshold, (1e7 ether)));
        vm.assertEq(governor.proposalThreshold(), 1e7 ether, "threshold");
        _does(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (30)));
        vm.assertEq(governor.quorumNumerator(), 30, "quorum");
        _does(address(timelock), abi.encodeCall(timelock.updateDelay, (100)));
        vm.assertEq(timelock.getMinDelay(), 100, "timelock");
    }

    function test_settings_by_strangers() public {
        bytes memory no = abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, address(this));
        vm.expectRevert(no);
        governor.setVotingPeriod(2000);
        vm.expectRevert(no);
        governor.setVotingDelay(50);
        vm.expectRevert(no);
        governor.setProposalThreshold(0);
        vm.expectRevert(no);
        governor.updateQuorumNumerator(5);
        vm.expectRevert(no);
        governor.relay(address(parameters), 0, _fee(400));
        vm.expectRevert(no);
        governor.updateTimelock(timelock);
    }

    function test_first_settings_keep_the_bounds() public {
        HeadwaterGovernor.Settings memory settings = _settings();
        settings.votingPeriod = 9;
        _refused(settings);
        settings = _settings();
        settings.votingDelay = 30 days + 1;
        _refused(settings);
        settings = _settings();
        settings.proposalThreshold = 1e7 ether + 1;
        _refused(settings);
        settings = _settings();
        settings.quorumPercent = 31;
        _refused(settings);
        vm.expectPartialRevert(HeadwaterTimelock.HeadwaterTimelock_DelayOutOfRange.selector);
        new HeadwaterTimelock(99, 100, address(governor));
    }

    // Campaigns

    function test_attack_fee_raised_after_funding() public {
        FundingMock campaign = new FundingMock(parameters);
        campaign.fund();
        bytes32 before = campaign.frozen();
        uint256 id = _propose(_fee(500), "more");
        _pass(id);
        _queue(_fee(500), "more");
        vm.warp(block.timestamp + WAIT);
        _execute(_fee(500), "more");
        vm.assertEq(campaign.frozen(), before, "as funded");
        FundingMock later = new FundingMock(parameters);
        later.fund();
        vm.assertTrue(later.frozen() != before, "later campaigns see it");
    }

    /// forge-config: default.isolate = true
    function test_gas_funding_limits() public {
        FundingMock campaign = new FundingMock(parameters);
        uint256 used = campaign.read();
        log("fundingLimits, cold, as a campaign pays for it", used);
        vm.assertLe(used, 7000, "leaves funding below 200,000");
    }

    /// @dev For `expectRevert` over several calls.
    function proposeAs(address who, bytes memory call_, string memory text) external returns (uint256) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _one(call_);
        vm.prank(who);
        return governor.propose(targets, values, calls, text);
    }

    function _settings() private pure returns (HeadwaterGovernor.Settings memory) {
        return HeadwaterGovernor.Settings(DELAY, PERIOD, 5, 10, THRESHOLD, 4);
    }

    function _setup() private view returns (IParameters.Setup memory setup) {
        setup.timelock = address(timelock);
        setup.treasury = treasury;
        (setup.networkFeeBps, setup.reviewFeeBps, setup.operatorFeeBps) = (250, 200, 500);
        setup.windows = IParameters.Windows(20, 20, 60, 20, 20);
        setup.floors = IParameters.Windows(2, 3, 4, 5, 6);
        setup.publishBond = IParameters.Range(1 ether, 10 ether, 100 ether);
        setup.epochBond = IParameters.Range(50 ether, 100 ether, 5000 ether);
        setup.stakes = [uint96(100 ether), 100 ether, 100 ether, 100 ether];
        (setup.stakeFloor, setup.stakeCeiling) = (10 ether, 1000 ether);
        setup.suite = keccak256("suite");
    }

    function _holder(address who, uint256 amount) private {
        token.transfer(who, amount);
        vm.prank(who);
        token.delegate(who);
    }

    function _fee(uint16 bps) private view returns (bytes memory) {
        return abi.encodeCall(parameters.setNetworkFee, (bps));
    }

    function _targets(uint256 n) private view returns (address[] memory targets, uint256[] memory values) {
        (targets, values) = (new address[](n), new uint256[](n));
        for (uint256 i; i < n; ++i) {
            targets[i] = address(parameters);
        }
    }

    function _one(bytes memory call_)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        (targets, values) = _targets(1);
        calls = new bytes[](1);
        calls[0] = call_;
    }

    function _propose(bytes memory call_, string memory text) private returns (uint256) {
        return this.proposeAs(ada, call_, text);
    }

    function _queue(bytes memory call_, string memory text) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _one(call_);
        governor.queue(targets, values, calls, keccak256(bytes(text)));
    }

    function _execute(bytes memory call_, string memory text) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _one(call_);
        governor.execute(targets, values, calls, keccak256(bytes(text)));
    }

    function _pass(uint256 id) private {
        vm.warp(block.timestamp + governor.votingDelay() + 1);
        vm.prank(ada);
        governor.castVote(id, 1);
        vm.warp(block.timestamp + governor.votingPeriod());
    }

    /// @dev Carries a call to `target` to the moment before its execution.
    function _ready(address target, bytes memory call_)
        private
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls, bytes32 text)
    {
        (targets, values, calls) = _one(call_);
        targets[0] = target;
        text = keccak256("settings");
        vm.prank(ada);
        _pass(governor.propose(targets, values, calls, "settings"));
        governor.queue(targets, values, calls, text);
        vm.warp(block.timestamp + timelock.getMinDelay());
    }

    function _does(address target, bytes memory call_) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls, bytes32 text) = _ready(target, call_);
        governor.execute(targets, values, calls, text);
    }

    function _fails(address target, bytes memory call_, bytes4 why) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls, bytes32 text) = _ready(target, call_);
        vm.expectPartialRevert(why);
        governor.execute(targets, values, calls, text);
    }

    function _refused(IParameters.Setup memory setup, bytes4 why) private {
        vm.expectPartialRevert(why);
        new Parameters(setup);
    }

    function _refused(HeadwaterGovernor.Settings memory settings) private {
        vm.expectPartialRevert(HeadwaterGovernor.HeadwaterGovernor_OutOfRange.selector);
        new HeadwaterGovernor(token, timelock, settings);
    }

    /// @dev As the timelock: one past either bound reverts with the bounds, the bounds themselves are taken.
    function _bounds(bytes4 setter, bytes32 name, uint256 floor, uint256 ceiling) private {
        if (floor > 0) _outOfRange(abi.encodeWithSelector(setter, floor - 1), name, floor - 1, floor, ceiling);
        _outOfRange(abi.encodeWithSelector(setter, ceiling + 1), name, ceiling + 1, floor, ceiling);
        _taken(abi.encodeWithSelector(setter, floor));
        _taken(abi.encodeWithSelector(setter, ceiling));
    }

    function _stakeBounds(uint8 role) private {
        bytes4 setter = parameters.setMinimumStake.selector;
        bytes32 name = "minimumStake";
        _outOfRange(abi.encodeWithSelector(setter, role, 10 ether - 1), name, 10 ether - 1, 10 ether, 1000 ether);
        _outOfRange(abi.encodeWithSelector(setter, role, 1000 ether + 1), name, 1000 ether + 1, 10 ether, 1000 ether);
        _taken(abi.encodeWithSelector(setter, role, 10 ether + role));
        vm.assertEq(parameters.minimumOf(role), 10 ether + role, "its own");
        vm.expectRevert(abi.encodeWithSelector(IParameters.Parameters_UnknownRole.selector, role + 16));
        parameters.minimumOf(role + 16);
    }

    function _outOfRange(bytes memory call_, bytes32 name, uint256 value, uint256 floor, uint256 ceiling) private {
        vm.prank(address(timelock));
        (bool done, bytes memory why) = address(parameters).call(call_);
        vm.assertTrue(!done, "refused");
        vm.assertEq(
            keccak256(why),
            keccak256(abi.encodeWithSelector(IParameters.Parameters_OutOfRange.selector, name, value, floor, ceiling)),
            "with its bounds"
        );
    }

    function _taken(bytes memory call_) private {
        vm.prank(address(timelock));
        (bool done,) = address(parameters).call(call_);
        vm.assertTrue(done, "taken");
    }

    function _allSettersRevert(bytes memory no) private {
        vm.expectRevert(no);
        parameters.setNetworkFee(1);
        vm.expectRevert(no);
        parameters.setReviewFeeCeiling(1);
        vm.expectRevert(no);
        parameters.setOperatorFeeCeiling(1);
        vm.expectRevert(no);
        parameters.setSettleFloor(20);
        vm.expectRevert(no);
        parameters.setChallengeFloor(20);
        vm.expectRevert(no);
        parameters.setLapseFloor(20);
        vm.expectRevert(no);
        parameters.setPublishWindow(20);
        vm.expectRevert(no);
        parameters.setEpochWindow(20);
        vm.expectRevert(no);
        parameters.setPublishBond(10 ether);
        vm.expectRevert(no);
        parameters.setEpochBond(100 ether);
        vm.expectRevert(no);
        parameters.setMinimumStake(1, 100 ether);
        vm.expectRevert(no);
        parameters.setTreasury(stranger);
        vm.expectRevert(no);
        parameters.addSuite(2, keccak256("x"));
    }

    function _notYet(uint256 id, IGovernor.ProposalState is_, bytes32 wanted) private {
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnexpectedProposalState.selector, id, is_, wanted));
    }

    function _mask(uint8 state) private pure returns (bytes32) {
        return bytes32(uint256(1 << state));
    }

    function _is(uint256 id, IGovernor.ProposalState expected) private view {
        vm.assertEq(uint256(governor.state(id)), uint256(expected), "state");
    }

    function _same(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
