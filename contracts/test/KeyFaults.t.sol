// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {KeyFaults} from "../src/KeyFaults.sol";
import {Parameters} from "../src/Parameters.sol";
import {Stakes} from "../src/Stakes.sol";
import {HeadwaterToken} from "../src/Token.sol";
import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {IKeyFaults} from "../src/interfaces/IKeyFaults.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {newParameters} from "./Limits.sol";
import {OtherArbitrator} from "./OtherArbitrator.sol";
import {Test} from "./Test.sol";

interface Coins {
    function deal(address account, uint256 amount) external;
}

/// @notice What a holder signed wrong costs its stake, by bytes or by a jury; nothing else does.
contract KeyFaultsTest is Test {
    Coins private constant coins = Coins(address(vm));
    uint256 private constant MINIMUM = 100e18;
    uint40 private constant PATIENCE = 50;
    string private json;

    HeadwaterToken private token;
    Parameters private parameters;
    Stakes private stakes;
    KeyFaults private keyFaults;
    OtherArbitrator private judge;

    address private treasury = address(0x0f05);
    address private watcher = address(0x0f03);
    address private holder;

    function setUp() public {
        json = vm.readFile("../vectors/key_faults.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        vm.warp(1_800_000_000);
        holder = vm.parseJsonAddress(json, ".cases[0].holder");
        token = new HeadwaterToken(address(this), 1e9 ether);
        parameters = newParameters(address(this), treasury, MINIMUM);
        judge = new OtherArbitrator();
        IStakes.Keepers memory keepers;
        keepers.keyFaults = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        stakes = new Stakes(address(token), parameters, keepers, 40);
        ICampaigns campaigns = ICampaigns(vm.parseJsonAddress(json, ".contract"));
        keyFaults = new KeyFaults(IKeyFaults.Parts(campaigns, stakes, parameters, judge, 1, PATIENCE), "/ipfs/question");
        _join(holder, 2 * MINIMUM);
        coins.deal(watcher, 10 ether);
    }

    receive() external payable {}

    // By bytes

    function test_vectors() public {
        uint256 count;
        for (; vm.keyExistsJson(json, _at(count, "")); ++count) {
            uint256 before = vm.snapshotState();
            _case(count);
            vm.revertToState(before);
        }
        vm.assertTrue(count > 10, "all of them");
    }

    function _case(uint256 i) private {
        string memory refused = vm.parseJsonString(json, _at(i, ".refused"));
        bool stands = bytes(refused).length == 0;
        _prove(i, stands ? bytes4(0) : bytes4(keccak256(bytes(_error(refused)))));
        vm.assertEq(stakes.stakeOf(holder, 8), stands ? MINIMUM : 2 * MINIMUM, "the minimum, if it is a fault");
        vm.assertEq(_free(watcher), stands ? MINIMUM / 2 : 0, "half to the watcher");
        vm.assertEq(_free(treasury), stands ? MINIMUM / 2 : 0, "half to the treasury");
        if (stands) _prove(i, IKeyFaults.KeyFaults_AlreadyProven.selector);
    }

    /// @notice One share, one stake: many receipts for one envelope are one fault.
    function test_attack_one_wrong_share_taken_for_many() public {
        _prove(0, bytes4(0));
        _prove(9, IKeyFaults.KeyFaults_AlreadyProven.selector); // the same envelope, in a batch
    }

    function testFuzz_attack_no_flipped_byte_frames_a_holder(uint256 place, uint8 bit) public {
        bytes memory envelope = vm.parseJsonBytes(json, _at(1, ".envelope"));
        envelope[place % envelope.length] ^= bytes1(uint8(1 << (bit % 8)));
        IKeyFaults.ReleaseReceipt memory receipt = _receipt(1);
        bytes memory signature = vm.parseJsonBytes(json, _at(1, ".signature"));
        vm.expectPartialRevert(IKeyFaults.KeyFaults_WrongEnvelope.selector);
        keyFaults.proveCommitment(receipt, signature, envelope, vm.parseJsonUint(json, _at(1, ".at")));
    }

    function testFuzz_attack_no_other_place_frames_a_holder(uint256 at) public {
        bytes memory envelope = vm.parseJsonBytes(json, _at(1, ".envelope"));
        at %= 2 * envelope.length;
        vm.assume(at != vm.parseJsonUint(json, _at(1, ".at")));
        IKeyFaults.ReleaseReceipt memory receipt = _receipt(1);
        bytes memory signature = vm.parseJsonBytes(json, _at(1, ".signature"));
        vm.expectPartialRevert(IKeyFaults.KeyFaults_NotItsPlace.selector);
        keyFaults.proveCommitment(receipt, signature, envelope, at);
    }

    // By a jury

    function test_a_jury_that_says_wrong_takes_the_minimum() public {
        uint256 dispute = _accuse("fault");
        vm.assertEq(stakes.heldOf(holder, 8), MINIMUM, "held meanwhile");
        _rule(dispute, 2);
        keyFaults.execute(dispute);
        vm.assertEq(stakes.stakeOf(holder, 8), MINIMUM, "taken");
        vm.assertEq(stakes.heldOf(holder, 8), 0, "and no longer held");
        vm.assertEq(_free(watcher), MINIMUM / 2, "half to the accuser");
        vm.assertEq(_free(treasury), MINIMUM / 2, "half to the treasury");
        vm.expectPartialRevert(IKeyFaults.KeyFaults_NotOpen.selector);
        keyFaults.execute(dispute);
    }

    function test_right_refused_strange_or_late_rulings_take_nothing() public {
        for (uint256 ruling; ruling < 2; ++ruling) {
            uint256 dispute = _accuse(vm.toString(ruling));
            _rule(dispute, ruling);
            keyFaults.execute(dispute);
        }
        uint256 strange = _accuse("strange");
        vm.prank(address(judge));
        keyFaults.rule(strange, 3);
        keyFaults.execute(strange);
        uint256 late = _accuse("late");
        vm.expectPartialRevert(IKeyFaults.KeyFaults_NotRuled.selector);
        keyFaults.execute(late);
        vm.warp(block.timestamp + PATIENCE);
        keyFaults.execute(late);
        _rule(late, 2);
        vm.assertEq(stakes.stakeOf(holder, 8), 2 * MINIMUM, "all there");
        vm.assertEq(stakes.heldOf(holder, 8), 0, "and free");
        vm.assertEq(_free(watcher), 0, "nothing for an accusation");
    }

    /// @notice Leaving does not save a stake that is accused.
    function test_attack_holder_leaves_while_accused() public {
        vm.prank(holder);
        stakes.leave(8);
        uint256 dispute = _accuse("fault");
        vm.warp(block.timestamp + 40);
        vm.prank(holder);
        vm.expectPartialRevert(IStakes.Stakes_StillHeld.selector);
        stakes.withdrawStake(8);
        _rule(dispute, 2);
        keyFaults.execute(dispute);
        (uint256 leaving,) = stakes.stakeUnbonding(holder, 8);
        vm.assertEq(leaving, MINIMUM, "what is left of it");
        vm.prank(holder);
        stakes.withdrawStake(8);
    }

    function test_attack_the_same_record_twice() public {
        _accuse("fault");
        uint256 price = keyFaults.cost();
        vm.prank(watcher);
        vm.expectPartialRevert(IKeyFaults.KeyFaults_AlreadyProven.selector);
        keyFaults.accuse{value: price}(holder, keccak256("fault"), "/ipfs/fault");
    }

    function test_attack_who_holds_no_keys_unpaid_or_ruled_by_a_stranger() public {
        uint256 price = keyFaults.cost();
        vm.prank(watcher);
        vm.expectPartialRevert(IKeyFaults.KeyFaults_NotHolder.selector);
        keyFaults.accuse{value: price}(watcher, keccak256("fault"), "");
        vm.prank(watcher);
        vm.expectPartialRevert(IKeyFaults.KeyFaults_PaidTooLittle.selector);
        keyFaults.accuse{value: price - 1}(holder, keccak256("fault"), "");
        uint256 dispute = _accuse("fault");
        vm.prank(watcher);
        vm.expectPartialRevert(IKeyFaults.KeyFaults_NotArbitrator.selector);
        keyFaults.rule(dispute, 2);
        vm.prank(address(judge));
        vm.expectPartialRevert(IKeyFaults.KeyFaults_NotOpen.selector);
        keyFaults.rule(dispute + 1, 2);
    }

    /// @notice A keeper of holders' stakes and of nobody else's.
    function test_attack_key_faults_touch_no_other_role() public {
        for (uint8 role = 1; role < 8; role *= 2) {
            vm.prank(address(keyFaults));
            vm.expectPartialRevert(IStakes.Stakes_NotKeeper.selector);
            stakes.slashStake(holder, role, 1, address(0), 0);
            vm.prank(address(keyFaults));
            vm.expectPartialRevert(IStakes.Stakes_NotKeeper.selector);
            stakes.holdStake(holder, role, 1, 0);
        }
        vm.prank(address(keyFaults));
        vm.expectPartialRevert(IStakes.Stakes_NotModule.selector);
        stakes.lock(holder, address(token), 0, 8);
    }

    function test_coin_is_the_payers_and_fees_that_come_back_the_treasurys() public {
        uint256 price = keyFaults.cost();
        vm.prank(watcher);
        uint256 dispute = keyFaults.accuse{value: price + 7}(holder, keccak256("fault"), "");
        vm.assertEq(keyFaults.owed(watcher), 7, "change");
        judge.giveBack(dispute, 5);
        keyFaults.withdraw(treasury);
        vm.assertEq(treasury.balance, 5, "what came back");
        keyFaults.withdraw(watcher);
        vm.assertEq(address(keyFaults).balance, 0, "all of it");
        vm.expectPartialRevert(IKeyFaults.KeyFaults_NothingOwed.selector);
        keyFaults.withdraw(watcher);
        vm.expectPartialRevert(IKeyFaults.KeyFaults_NothingOwed.selector);
        keyFaults.withdraw(treasury);
    }

    function test_no_patience_no_contract() public {
        vm.expectPartialRevert(IKeyFaults.KeyFaults_ZeroPatience.selector);
        new KeyFaults(IKeyFaults.Parts(ICampaigns(address(0)), stakes, parameters, judge, 1, 0), "");
    }

    // Steps

    function _accuse(string memory fault) private returns (uint256) {
        uint256 price = keyFaults.cost();
        vm.prank(watcher);
        return keyFaults.accuse{value: price}(holder, keccak256(bytes(fault)), "/ipfs/fault");
    }

    function _rule(uint256 dispute, uint256 ruling) private {
        judge.give(dispute, ruling);
        vm.warp(block.timestamp + judge.APPEAL_WINDOW());
        judge.executeRuling(dispute);
    }

    function _prove(uint256 i, bytes4 refused) private {
        bytes memory signature = vm.parseJsonBytes(json, _at(i, ".signature"));
        bytes memory envelope = vm.parseJsonBytes(json, _at(i, ".envelope"));
        uint256 at = vm.parseJsonUint(json, _at(i, ".at"));
        if (!vm.keyExistsJson(json, _at(i, ".entry"))) {
            IKeyFaults.ReleaseReceipt memory receipt = _receipt(i);
            vm.assertEq(keyFaults.digestOf(receipt), vm.parseJsonBytes32(json, _at(i, ".digest")), "EIP-712");
            vm.prank(watcher);
            if (refused != 0) vm.expectPartialRevert(refused);
            keyFaults.proveCommitment(receipt, signature, envelope, at);
            return;
        }
        IKeyFaults.BatchReceipt memory batch =
            abi.decode(vm.parseJsonBytes(json, _at(i, ".receipt")), (IKeyFaults.BatchReceipt));
        vm.assertEq(keyFaults.digestOfBatch(batch), vm.parseJsonBytes32(json, _at(i, ".digest")), "EIP-712");
        bytes32[] memory words = vm.parseJsonBytes32Array(json, _at(i, ".entry"));
        IKeyFaults.BatchEntry memory entry = IKeyFaults.BatchEntry(words[0], words[1], words[2]);
        bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(i, ".proof"));
        uint256 index = vm.parseJsonUint(json, _at(i, ".index"));
        vm.prank(watcher);
        if (refused != 0) vm.expectPartialRevert(refused);
        keyFaults.proveEntry(batch, signature, entry, index, proof, envelope, at);
    }

    function _receipt(uint256 i) private view returns (IKeyFaults.ReleaseReceipt memory) {
        return abi.decode(vm.parseJsonBytes(json, _at(i, ".receipt")), (IKeyFaults.ReleaseReceipt));
    }

    function _error(string memory name) private pure returns (string memory) {
        bytes32 named = keccak256(bytes(name));
        if (named == keccak256("NoFault")) return "KeyFaults_NoFault()";
        if (named == keccak256("NotSigned")) return "KeyFaults_NotSigned(address)";
        if (named == keccak256("WrongEnvelope")) return "KeyFaults_WrongEnvelope(bytes32,bytes32)";
        return "KeyFaults_NotItsPlace(address,uint256)";
    }

    function _at(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "]", field);
    }

    function _free(address who) private view returns (uint256 free) {
        (free,) = stakes.collateralOf(who, address(token));
    }

    function _join(address who, uint256 amount) private {
        token.transfer(who, amount);
        vm.startPrank(who);
        token.approve(address(stakes), amount);
        stakes.join(8, amount);
        vm.stopPrank();
    }
}
