// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Tokens} from "./Tokens.sol";

/// @title Stakes
/// @notice See IStakes.
contract Stakes is IStakes, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint8 public constant OPERATOR = 1;
    uint8 public constant REVIEWER = 2;
    uint8 public constant JUROR = 4;
    uint8 public constant HOLDER = 8;

    /// @notice No deployment may unbond faster, whatever its profile.
    uint256 public constant UNBONDING_FLOOR = 2;

    address public immutable networkToken;
    IParameters public immutable parameters;
    address public immutable campaigns;
    address public immutable settlement;
    address public immutable datasets;
    address public immutable faults;
    address public immutable reputation;
    address public immutable court;
    address public immutable disputes;
    address public immutable calls;
    address public immutable voteFaults;
    address public immutable keyFaults;
    /// @notice Seconds; longer than every window in which what stands here can be slashed.
    uint256 public immutable unbonding;

    mapping(address account => mapping(address token => Collateral)) private _collateral;
    mapping(address account => mapping(address token => Unbonding)) private _unbonding;
    mapping(address account => uint8 mask) public rolesOf;
    mapping(address account => mapping(uint8 role => RoleStake)) private _stake;
    mapping(address account => mapping(uint8 role => uint256)) private _joinedUnder; // minimum when it was bought
    mapping(address account => mapping(uint8 role => Unbonding)) private _stakeUnbonding;
    mapping(uint8 role => address[]) private _members;
    mapping(uint8 role => mapping(address account => uint256)) private _position; // in _members, plus one
    Holder[] private _holders;
    mapping(address account => uint256) public holderIndexOf;

    /// @param parameters_ least stake of each role
    /// @param keepers who may lock, hold and slash, for ever; zero for one this network does not have
    constructor(address networkToken_, IParameters parameters_, Keepers memory keepers, uint256 unbonding_) {
        if (unbonding_ < UNBONDING_FLOOR) revert Stakes_DelayTooShort(unbonding_, UNBONDING_FLOOR);
        networkToken = networkToken_;
        parameters = parameters_;
        campaigns = keepers.campaigns;
        settlement = keepers.settlement;
        datasets = keepers.datasets;
        faults = keepers.faults;
        reputation = keepers.reputation;
        court = keepers.court;
        disputes = keepers.disputes;
        calls = keepers.calls;
        voteFaults = keepers.voteFaults;
        keyFaults = keepers.keyFaults;
        unbonding = unbonding_;
    }

    modifier onlyModule() {
        if (!_isModule(msg.sender)) revert Stakes_NotModule(msg.sender);
        _;
    }

    /// @dev The court, which pays strangers and calls them, answers for jurors and for nothing else; no module can touch
    /// a juror. So what is held of a juror is always there for the vote it was held for. Vote faults take reviewers' stakes and
    /// key faults holders', and touch nothing else.
    modifier onlyKeeperOf(uint8 role) {
        bool keeps = role == JUROR ? msg.sender == court : _isModule(msg.sender);
        if (role == REVIEWER) keeps = keeps || msg.sender == voteFaults;
        if (role == HOLDER) keeps = keeps || msg.sender == keyFaults;
        if (!keeps) revert Stakes_NotKeeper(msg.sender, role);
        _;
    }

    // Collateral

    /// @inheritdoc IStakes
    function deposit(address token, uint256 amount) external {
        depositFor(msg.sender, token, amount);
    }

    /// @inheritdoc IStakes
    function depositFor(address account, address token, uint256 amount) public nonReentrant {
        if (amount == 0) revert Stakes_ZeroAmount();
        _collateral[account][token].free += amount.toUint96();
        emit Deposited(account, token, amount);
        Tokens.pull(token, msg.sender, amount);
    }

    /// @inheritdoc IStakes
    function requestWithdraw(address token, uint256 amount) external {
        if (amount == 0) revert Stakes_ZeroAmount();
        Collateral storage own = _collateral[msg.sender][token];
        if (amount > own.free) revert Stakes_NotFree(msg.sender, token, amount, own.free);
        own.free -= uint96(amount);
        Unbonding storage out = _unbonding[msg.sender][token];
        out.amount += uint96(amount);
        out.readyAt = (block.timestamp + unbonding).toUint40();
        emit WithdrawRequested(msg.sender, token, amount, out.readyAt);
    }

    /// @inheritdoc IStakes
    function withdraw(address token) external nonReentrant {
        uint256 amount = _take(_unbonding[msg.sender][token]);
        emit Withdrawn(msg.sender, token, amount);
        Tokens.send(token, msg.sender, amount);
    }

    /// @inheritdoc IStakes
    function lock(address account, address token, uint256 amount, uint8 role) external onlyModule {
        if (role != 0 && rolesOf[account] & role == 0) revert Stakes_LacksRole(account, role);
        if (amount == 0) return;
        Collateral memory own = _collateral[account][token];
        if (amount > own.free) revert Stakes_NotFree(account, token, amount, own.free);
        _collateral[account][token] = Collateral(own.free - uint96(amount), own.locked + uint96(amount));
        emit Locked(account, token, amount);
    }

    /// @inheritdoc IStakes
    function unlock(address account, address token, uint256 amount) external onlyModule {
        if (amount == 0) return;
        Collateral memory own = _collateral[account][token];
        if (amount > own.locked) revert Stakes_NotLocked(account, token, amount, own.locked);
        _collateral[account][token] = Collateral(own.free + uint96(amount), own.locked - uint96(amount));
        emit Unlocked(account, token, amount);
    }

    /// @inheritdoc IStakes
    /// @dev The module is its own guard against reentry: it has written its state before it calls here.
    function slash(address account, address token, uint256 amount, address watcher, uint256 rewarded)
        external
        onlyModule
    {
        Collateral storage own = _collateral[account][token];
        if (amount > own.locked) revert Stakes_NotLocked(account, token, amount, own.locked);
        own.locked -= uint96(amount);
        uint256 rest = amount - rewarded;
        if (rewarded > 0) _collateral[watcher][token].free += rewarded.toUint96();
        emit Slashed(account, token, amount, watcher, rewarded);
        if (rest > 0) Tokens.send(token, msg.sender, rest);
    }

    /// @inheritdoc IStakes
    function award(address account, address token, uint256 amount) external {
        bool keeps = msg.sender == court || msg.sender == voteFaults || msg.sender == keyFaults;
        if (!keeps && !_isModule(msg.sender)) revert Stakes_NotModule(msg.sender);
        Collateral storage own = _collateral[msg.sender][token];
        if (amount > own.free) revert Stakes_NotFree(msg.sender, token, amount, own.free);
        own.free -= uint96(amount);
        _collateral[account][token].free += uint96(amount);
        emit Awarded(msg.sender, account, token, amount);
    }

    // Roles

    /// @inheritdoc IStakes
    function join(uint8 role, uint256 amount) external nonReentrant {
        uint256 stake = _stake[msg.sender][role].amount + amount;
        uint256 minimum = minimumOf(role);
        if (stake < minimum) revert Stakes_BelowMinimum(role, stake, minimum);
        _stake[msg.sender][role].amount = stake.toUint96();
        if (rolesOf[msg.sender] & role == 0) {
            rolesOf[msg.sender] |= role;
            _joinedUnder[msg.sender][role] = minimum;
            _members[role].push(msg.sender);
            _position[role][msg.sender] = _members[role].length;
        }
        emit Joined(msg.sender, role, amount, stake);
        if (amount > 0) Tokens.pull(networkToken, msg.sender, amount);
    }

    /// @inheritdoc IStakes
    function leave(uint8 role) external {
        if (!hasRole(msg.sender, role)) revert Stakes_LacksRole(msg.sender, role);
        _leave(msg.sender, role);
    }

    /// @inheritdoc IStakes
    function withdrawStake(uint8 role) external nonReentrant {
        RoleStake memory own = _stake[msg.sender][role];
        if (own.held > own.amount) revert Stakes_StillHeld(msg.sender, role, own.held);
        uint256 amount = _take(_stakeUnbonding[msg.sender][role]);
        emit StakeWithdrawn(msg.sender, role, amount);
        Tokens.send(networkToken, msg.sender, amount);
    }

    /// @inheritdoc IStakes
    function holdStake(address account, uint8 role, uint256 amount, uint256 least)
        external
        onlyKeeperOf(role)
        returns (bool)
    {
        RoleStake memory own = _stake[account][role];
        if (own.amount < least) return false;
        own.held = (own.held + amount).toUint96();
        _stake[account][role] = own;
        emit StakeHeld(account, role, amount, own.held);
        return true;
    }

    /// @inheritdoc IStakes
    function freeStake(address account, uint8 role, uint256 amount) external onlyKeeperOf(role) {
        RoleStake storage own = _stake[account][role];
        if (amount > own.held) revert Stakes_NotHeld(account, role, amount, own.held);
        own.held -= uint96(amount);
        emit StakeFreed(account, role, amount, own.held);
    }

    /// @inheritdoc IStakes
    function slashStake(address account, uint8 role, uint256 amount, address beneficiary, uint256 rewarded)
        external
        onlyKeeperOf(role)
        returns (uint256 taken)
    {
        uint256 least = _leastOf(account, role);
        if (rewarded > amount || (rewarded > 0 && beneficiary == address(0))) {
            revert Stakes_BadReward(beneficiary, rewarded, amount);
        }
        uint256 stake;
        (taken, stake) = _takeStake(account, role, amount);
        if (taken < amount) rewarded = rewarded * taken / amount;
        if (rewarded > 0) _collateral[beneficiary][networkToken].free += uint96(rewarded);
        if (taken > rewarded) _collateral[msg.sender][networkToken].free += uint96(taken - rewarded);
        emit StakeSlashed(account, role, taken, stake, beneficiary, rewarded);
        if (2 * stake < least && rolesOf[account] & role != 0) _leave(account, role);
    }

    /// @inheritdoc IStakes
    function registerHolder(string calldata endpoint, bytes32 publicKey) external returns (uint256 index) {
        if (!hasRole(msg.sender, HOLDER)) revert Stakes_LacksRole(msg.sender, HOLDER);
        if (publicKey == 0 || bytes(endpoint).length == 0) revert Stakes_EmptyKeyOrEndpoint();
        _holders.push(Holder(msg.sender, publicKey, endpoint));
        index = _holders.length;
        holderIndexOf[msg.sender] = index;
        emit HolderRegistered(index, msg.sender, publicKey, endpoint);
    }

    // Views

    /// @inheritdoc IStakes
    function collateralOf(address account, address token) external view returns (uint256 free, uint256 locked) {
        Collateral memory own = _collateral[account][token];
        return (own.free, own.locked);
    }

    /// @inheritdoc IStakes
    function unbondingOf(address account, address token) external view returns (uint256 amount, uint256 readyAt) {
        Unbonding memory out = _unbonding[account][token];
        return (out.amount, out.readyAt);
    }

    /// @inheritdoc IStakes
    function stakeOf(address account, uint8 role) external view returns (uint256) {
        return _stake[account][role].amount;
    }

    /// @inheritdoc IStakes
    function heldOf(address account, uint8 role) external view returns (uint256) {
        return _stake[account][role].held;
    }

    /// @inheritdoc IStakes
    function stakeUnbonding(address account, uint8 role) external view returns (uint256 amount, uint256 readyAt) {
        Unbonding memory out = _stakeUnbonding[account][role];
        return (out.amount, out.readyAt);
    }

    /// @inheritdoc IStakes
    function hasRole(address account, uint8 role) public view returns (bool) {
        _checkRole(role);
        return rolesOf[account] & role != 0;
    }

    /// @inheritdoc IStakes
    function memberCount(uint8 role) external view returns (uint256) {
        return _members[role].length;
    }

    /// @inheritdoc IStakes
    function memberAt(uint8 role, uint256 i) external view returns (address) {
        return _members[role][i];
    }

    /// @inheritdoc IStakes
    function holderCount() external view returns (uint256) {
        return _holders.length;
    }

    /// @inheritdoc IStakes
    function holderAt(uint256 index) external view returns (Holder memory) {
        return _holders[index - 1];
    }

    /// @inheritdoc IStakes
    function minimumOf(uint8 role) public view returns (uint256) {
        _checkRole(role);
        return parameters.minimumOf(role);
    }

    /// @dev Empties a ripe unbonding and returns its amount.
    function _take(Unbonding storage out) private returns (uint256 amount) {
        amount = out.amount;
        if (amount == 0) revert Stakes_NothingUnbonding(msg.sender);
        if (block.timestamp < out.readyAt) revert Stakes_StillUnbonding(out.readyAt, block.timestamp);
        out.amount = 0;
    }

    function _isModule(address caller) private view returns (bool) {
        return caller == campaigns || caller == settlement || caller == datasets || caller == faults
            || caller == reputation || caller == disputes || caller == calls;
    }

    /// @dev A raise after joining never costs a member his role, and a member is held to no more than a newcomer is.
    function _leastOf(address account, uint8 role) private view returns (uint256) {
        uint256 minimum = minimumOf(role);
        uint256 joinedUnder = _joinedUnder[account][role];
        return joinedUnder < minimum ? joinedUnder : minimum;
    }

    function _checkRole(uint8 role) private pure {
        if (role != OPERATOR && role != REVIEWER && role != JUROR && role != HOLDER) revert Stakes_UnknownRole(role);
    }

    /// @dev Takes up to `amount`, from the stake first and then from what is leaving.
    function _takeStake(address account, uint8 role, uint256 amount) private returns (uint256 taken, uint256 stake) {
        RoleStake storage own = _stake[account][role];
        stake = own.amount;
        taken = amount < stake ? amount : stake;
        stake -= taken;
        own.amount = uint96(stake);
        if (taken == amount) return (taken, stake);
        Unbonding storage out = _stakeUnbonding[account][role];
        uint256 leaving = out.amount;
        uint256 more = amount - taken < leaving ? amount - taken : leaving;
        if (more > 0) out.amount = uint96(leaving - more);
        taken += more;
    }

    /// @dev What is held stays held: it is noted beside the stake, not in it.
    function _leave(address account, uint8 role) private {
        rolesOf[account] &= ~role;
        _removeMember(account, role);
        uint96 stake = _stake[account][role].amount;
        _stake[account][role].amount = 0;
        Unbonding storage out = _stakeUnbonding[account][role];
        out.amount += stake;
        out.readyAt = (block.timestamp + unbonding).toUint40();
        emit Left(account, role, stake, out.readyAt);
    }

    function _removeMember(address account, uint8 role) private {
        address[] storage list = _members[role];
        uint256 position = _position[role][account];
        address last = list[list.length - 1];
        list[position - 1] = last;
        _position[role][last] = position;
        list.pop();
        delete _position[role][account];
    }
}
