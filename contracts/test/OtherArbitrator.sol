// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IArbitrable} from "../src/interfaces/IArbitrable.sol";
import {IArbitrator} from "../src/interfaces/IArbitrator.sol";

/// @notice An ERC-792 arbitrator that has nothing in common with the Court: one owner decides, a ruling can be appealed for
/// a while, its price goes by the length of the extra data, and it numbers disputes from 0.
contract OtherArbitrator is IArbitrator {
    struct Own {
        IArbitrable arbitrable;
        uint256 choices;
        uint256 ruling;
        uint256 appealableUntil;
        DisputeStatus status;
    }

    uint256 public constant APPEAL_WINDOW = 5;
    uint256 public constant BASE = 0.02 ether;

    address public immutable owner = msg.sender;
    Own[] private _disputes;

    error NotOwner();
    error Unpaid();
    error WrongStatus();

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner();
        _;
    }

    function createDispute(uint256 _choices, bytes calldata _extraData) external payable returns (uint256 disputeID) {
        if (msg.value < arbitrationCost(_extraData)) revert Unpaid();
        disputeID = _disputes.length;
        _disputes.push(Own(IArbitrable(msg.sender), _choices, 0, 0, DisputeStatus.Waiting));
        emit DisputeCreation(disputeID, IArbitrable(msg.sender));
    }

    function arbitrationCost(bytes calldata _extraData) public pure returns (uint256 cost) {
        return BASE + _extraData.length * 1 gwei;
    }

    function give(uint256 id, uint256 ruling) external onlyOwner {
        Own storage own = _disputes[id];
        if (own.status != DisputeStatus.Waiting || ruling > own.choices) revert WrongStatus();
        (own.ruling, own.status) = (ruling, DisputeStatus.Appealable);
        own.appealableUntil = block.timestamp + APPEAL_WINDOW;
        emit AppealPossible(id, own.arbitrable);
    }

    function appeal(uint256 _disputeID, bytes calldata _extraData) external payable {
        Own storage own = _disputes[_disputeID];
        if (own.status != DisputeStatus.Appealable || block.timestamp >= own.appealableUntil) revert WrongStatus();
        if (msg.value < appealCost(_disputeID, _extraData)) revert Unpaid();
        own.status = DisputeStatus.Waiting;
        emit AppealDecision(_disputeID, own.arbitrable);
    }

    function executeRuling(uint256 id) external {
        Own storage own = _disputes[id];
        if (own.status != DisputeStatus.Appealable || block.timestamp < own.appealableUntil) revert WrongStatus();
        own.status = DisputeStatus.Solved;
        own.arbitrable.rule(id, own.ruling);
    }

    /// @notice Sends an arbitrable coin back, as an arbitrator may.
    function giveBack(uint256 id, uint256 amount) external onlyOwner {
        (bool done,) = address(_disputes[id].arbitrable).call{value: amount}("");
        require(done);
    }

    function appealCost(uint256, bytes calldata _extraData) public pure returns (uint256 cost) {
        return 3 * arbitrationCost(_extraData);
    }

    function appealPeriod(uint256 _disputeID) external view returns (uint256 start, uint256 end) {
        end = _disputes[_disputeID].appealableUntil;
        start = end == 0 ? 0 : end - APPEAL_WINDOW;
    }

    function disputeStatus(uint256 _disputeID) external view returns (DisputeStatus status) {
        return _disputes[_disputeID].status;
    }

    function currentRuling(uint256 _disputeID) external view returns (uint256 ruling) {
        return _disputes[_disputeID].ruling;
    }
}

/// @notice An arbitrator that calls back while a dispute is opened, or answers with a number it gave already.
contract EvilArbitrator {
    address private _target;
    bytes private _call;
    bool public tried;
    bool public succeeded;
    uint256 public number;
    bool public stuck;

    function arm(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function stick(bool on) external {
        stuck = on;
    }

    function arbitrationCost(bytes calldata) external pure returns (uint256) {
        return 1 gwei;
    }

    function createDispute(uint256, bytes calldata) external payable returns (uint256) {
        if (_target != address(0)) {
            address target = _target;
            _target = address(0);
            tried = true;
            (succeeded,) = target.call(_call);
        }
        return stuck ? number : ++number;
    }

    function say(address target, uint256 id, uint256 ruling) external {
        (bool done, bytes memory why) = target.call(abi.encodeWithSignature("rule(uint256,uint256)", id, ruling));
        if (done) return;
        assembly {
            revert(add(why, 32), mload(why))
        }
    }
}
