// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {IDatasets} from "./interfaces/IDatasets.sol";
import {ILicences} from "./interfaces/ILicences.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Item, Offer, Posted, Share, Terms, Use, Version} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Places} from "./Places.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";
import {Tokens} from "./Tokens.sol";

/// @title Datasets
/// @notice See IDatasets.
contract Datasets is IDatasets, ERC721, ReentrancyGuardTransient {
    uint256 public constant MAX_NETWORK_FEE_BPS = 500;
    uint8 private constant _OPERATOR = 1;
    uint8 private constant _PUBLISHED = 1;
    uint8 private constant _VOID = 2;

    /// @notice Everything this contract is told at deployment.
    struct Parts {
        ICampaigns campaigns;
        ISettlement settlement;
        IStakes stakes;
        ILicences licences;
        IParameters parameters;
        address networkToken;
        address shareFaults;
    }

    /// @dev One slot, so that publishing a campaign's first version writes no fresh one for its number.
    struct Line {
        uint192 campaign;
        uint64 latest;
    }

    ICampaigns public immutable campaigns;
    ISettlement public immutable settlement;
    IStakes public immutable stakes;
    ILicences public immutable licences;
    /// @notice Fee, bond and window of versions published from now on, and who receives the network fee.
    IParameters public immutable parameters;
    address public immutable networkToken;
    /// @notice May void a version while it is locked.
    address public immutable shareFaults;

    uint256 public datasetCount;
    mapping(uint256 dataset => Line) private _lines;
    mapping(uint256 campaign => uint256) public datasetOf;
    mapping(uint256 key => bytes32) public versionHash;
    mapping(uint256 key => Sales) private _sales;
    mapping(uint256 key => Paid) private _paid;
    mapping(uint256 key => uint256) public feePaid;
    mapping(uint256 key => mapping(uint256 index => uint256)) public shareClaimed;
    mapping(uint256 key => Bond) public bondOf;
    mapping(bytes32 clip => bool) private _withdrawn;

    constructor(Parts memory parts) ERC721("Headwater Dataset", "HWD") {
        campaigns = parts.campaigns;
        settlement = parts.settlement;
        stakes = parts.stakes;
        licences = parts.licences;
        parameters = parts.parameters;
        networkToken = parts.networkToken;
        shareFaults = parts.shareFaults;
    }

    // Publishing

    /// @inheritdoc IDatasets
    function create(uint256 campaign, Terms calldata terms) external returns (uint256 dataset) {
        _matchTerms(campaign, terms);
        if (!stakes.hasRole(msg.sender, _OPERATOR)) revert Datasets_NotOperator(msg.sender);
        if (datasetOf[campaign] != 0) revert Datasets_AlreadyCreated(campaign, datasetOf[campaign]);
        dataset = ++datasetCount;
        _lines[dataset].campaign = uint192(campaign);
        datasetOf[campaign] = dataset;
        emit DatasetCreated(dataset, campaign, terms.requester);
        _mint(terms.requester, dataset);
    }

    /// @inheritdoc IDatasets
    function createOwn() external returns (uint256 dataset) {
        dataset = ++datasetCount;
        emit DatasetCreated(dataset, 0, msg.sender);
        _mint(msg.sender, dataset);
    }

    /// @inheritdoc IDatasets
    function publish(Terms calldata terms, Version calldata version, uint256[] calldata keys)
        external
        returns (uint256 key)
    {
        uint256 dataset = version.dataset;
        Line memory line = _lines[dataset];
        uint256 campaign = line.campaign;
        if (version.campaign != campaign) revert Datasets_NotOfCampaign(dataset, version.campaign);
        if (campaign == 0) {
            address owner = ownerOf(dataset);
            if (msg.sender != owner) revert Datasets_NotOwner(msg.sender, owner);
            _checkOwn(version);
        } else {
            if (stakes.rolesOf(msg.sender) & _OPERATOR == 0 && msg.sender != ownerOf(dataset)) {
                revert Datasets_NotOperator(msg.sender);
            }
            _checkCampaign(campaign, terms, version);
        }
        _checkContent(terms, version);
        bytes memory said = _encoded(version, keys);
        (bytes32 digest, bytes32 settlements) = _hashesIn(said);
        if (settlements != version.settlements) revert Datasets_WrongSettlements();
        _checkSettlements(campaign, keys);
        if (version.number != ++line.latest) revert Datasets_WrongNumber(version.number, line.latest);
        _lines[dataset] = line;
        key = dataset << 32 | version.number;
        versionHash[key] = digest;
        IParameters.PublishLimits memory limits = parameters.publishLimits();
        _sales[key] = Sales(0, uint40(block.timestamp), uint40(block.timestamp) + limits.window, _PUBLISHED);
        if (limits.bond > 0) bondOf[key] = Bond(msg.sender, limits.bond);
        _published(key, dataset, said);
        if (limits.bond > 0) stakes.lock(msg.sender, networkToken, limits.bond, 0);
    }

    /// @inheritdoc IDatasets
    function releaseBond(Version calldata version) external {
        (uint256 key, Sales memory sales) = _unlocked(version);
        sales;
        Bond memory bond = bondOf[key];
        if (bond.amount == 0) revert Datasets_NoBond(key);
        delete bondOf[key];
        emit BondReleased(key, bond.publisher, bond.amount);
        stakes.unlock(bond.publisher, networkToken, bond.amount);
    }

    // Sales

    /// @inheritdoc IDatasets
    function buy(Version calldata version, uint256 offer, address to, Use calldata use)
        public
        nonReentrant
        returns (uint256 licence)
    {
        uint256 key = _match(version);
        if (offer >= version.offers.length) revert Datasets_UnknownOffer(offer, version.offers.length);
        Offer calldata chosen = version.offers[offer];
        _checkUse(offer, chosen, use);
        _addGross(key, chosen.price);
        licence = licenceId(key, offer, chosen.terms);
        emit Sold(key, msg.sender, to, offer, licence, chosen.price, use.purpose, use.region);
        Tokens.pull(version.token, msg.sender, chosen.price);
        licences.mint(to, licence, chosen.duration);
    }

    /// @inheritdoc IDatasets
    function buyWithPermit(
        Version calldata version,
        uint256 offer,
        address to,
        Use calldata use,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256) {
        if (offer >= version.offers.length) {
            revert Datasets_UnknownOffer(offer, version.offers.length);
        }
        uint256 price = version.offers[offer].price;
        // A permit someone else has already delivered must not stop the sale: the allowance decides.
        try IERC20Permit(version.token).permit(msg.sender, address(this), price, deadline, v, r, s) {} catch {}
        return buy(version, offer, to, use);
    }

    /// @inheritdoc IDatasets
    function claimShare(Version calldata version, Share calldata share, bytes32[] calldata proof)
        external
        nonReentrant
        returns (uint256 amount)
    {
        (uint256 key, Sales memory sales) = _unlocked(version);
        bytes32 leaf = Leaves.share(address(this), key, share);
        if (Merkle.root(leaf, share.index, version.shares, proof) != version.shareRoot) {
            revert Datasets_WrongProof(key, share.index);
        }
        uint256 total = version.totalWeight;
        if (share.cumulative > total || share.weight > share.cumulative) {
            revert Datasets_WrongShare(share.weight, share.cumulative, total);
        }
        (,, uint256 pool) = _split(version, sales.gross);
        uint256 due = pool * share.weight / total;
        amount = due - shareClaimed[key][share.index];
        if (amount == 0) revert Datasets_NothingToClaim(key);
        uint256 paid = _paid[key].pool + amount;
        if (paid > pool) revert Datasets_AbovePool(paid, pool);
        shareClaimed[key][share.index] = due;
        _paid[key].pool = uint96(paid);
        emit ShareClaimed(key, share.account, share.index, amount);
        Tokens.send(version.token, share.account, amount);
    }

    /// @inheritdoc IDatasets
    function claimOwner(Version calldata version) external nonReentrant returns (uint256 amount) {
        (uint256 key, Sales memory sales) = _unlocked(version);
        (uint256 due,,) = _split(version, sales.gross);
        amount = due - _paid[key].owner;
        if (amount == 0) revert Datasets_NothingToClaim(key);
        _paid[key].owner = uint96(due);
        address owner = ownerOf(version.dataset);
        emit OwnerClaimed(key, owner, amount);
        Tokens.send(version.token, owner, amount);
    }

    /// @inheritdoc IDatasets
    function claimFee(Version calldata version) external nonReentrant returns (uint256 amount) {
        (uint256 key, Sales memory sales) = _unlocked(version);
        (, uint256 due,) = _split(version, sales.gross);
        amount = due - feePaid[key];
        if (amount == 0) revert Datasets_NothingToClaim(key);
        feePaid[key] = due;
        address treasury = parameters.treasury();
        emit FeeClaimed(key, treasury, amount);
        Tokens.send(version.token, treasury, amount);
    }

    // Void versions

    /// @inheritdoc IDatasets
    function voidVersion(uint256 key, address watcher, bytes4 fault, uint256 index) external {
        if (msg.sender != shareFaults) revert Datasets_NotShareFaults(msg.sender);
        Sales storage sales = _sales[key];
        if (sales.status != _PUBLISHED) revert Datasets_IsVoid(key);
        if (block.timestamp >= sales.unlockAt) revert Datasets_AlreadyUnlocked(sales.unlockAt, block.timestamp);
        sales.status = _VOID;
        Bond memory bond = bondOf[key];
        delete bondOf[key];
        uint96 rewarded = bond.amount / 2;
        emit VersionVoided(key, watcher, fault, index, bond.amount, rewarded);
        if (bond.amount == 0) return;
        stakes.slash(bond.publisher, networkToken, bond.amount, watcher, rewarded);
        Tokens.send(networkToken, parameters.treasury(), bond.amount - rewarded);
    }

    /// @inheritdoc IDatasets
    function carry(uint256 from, uint256 to) external {
        if (msg.sender != shareFaults) revert Datasets_NotShareFaults(msg.sender);
        Sales storage sales = _sales[from];
        if (sales.status != _VOID) revert Datasets_NotVoid(from);
        uint256 gross = sales.gross;
        if (gross == 0) revert Datasets_NothingToClaim(from);
        sales.gross = 0;
        _addGross(to, gross);
        emit Carried(from, to, gross);
    }

    // Consent and access

    /// @inheritdoc IDatasets
    function withdrawConsent(Posted calldata posted, Item calldata item, bytes32[] calldata proof) external {
        settlement.check(posted);
        if (!settlement.isFinal(posted.key)) revert Datasets_SettlementNotFinal(posted.key);
        if (msg.sender != item.contributor) revert Datasets_NotContributor(msg.sender, item.contributor);
        if (item.verdict != Rules.ACCEPT) revert Datasets_NotAccepted(item.item);
        bool settled = Places.isSettled(address(settlement), posted, item, proof);
        if (!settled) revert Datasets_WrongProof(posted.key, item.item);
        _withdraw(_clip(posted.campaign, 0, item.contribution), item.contribution);
        emit ConsentWithdrawn(posted.campaign, item.contribution, msg.sender);
    }

    /// @inheritdoc IDatasets
    function withdrawOwn(uint256 dataset, bytes32 contribution) external {
        address owner = ownerOf(dataset);
        if (msg.sender != owner) revert Datasets_NotOwner(msg.sender, owner);
        if (_lines[dataset].campaign != 0) revert Datasets_NotOfCampaign(dataset, 0);
        _withdraw(_clip(0, dataset, contribution), contribution);
        emit OwnWithdrawn(dataset, contribution, msg.sender);
    }

    /// @inheritdoc IDatasets
    function entitled(uint256 licence, uint256 dataset, uint256 version, bytes32 contribution, address holder)
        external
        view
        returns (bool)
    {
        if (version > type(uint32).max) return false;
        uint256 key = dataset << 32 | version;
        return licence >> 160 == key && _sales[key].status != 0 && !isWithdrawn(dataset, contribution)
            && licences.isValid(holder, licence);
    }

    // Views

    /// @inheritdoc IDatasets
    function licenceId(uint256 key, uint256 offer, bytes32 terms) public pure returns (uint256) {
        return key << 160 | uint160(uint256(keccak256(abi.encode(key, offer, terms))));
    }

    /// @inheritdoc IDatasets
    function campaignOf(uint256 dataset) external view returns (uint256) {
        return _lines[dataset].campaign;
    }

    /// @inheritdoc IDatasets
    function latestOf(uint256 dataset) external view returns (uint256) {
        return _lines[dataset].latest;
    }

    /// @inheritdoc IDatasets
    function salesOf(uint256 key) external view returns (Sales memory) {
        return _sales[key];
    }

    /// @inheritdoc IDatasets
    function paidOf(uint256 key) external view returns (Paid memory) {
        return _paid[key];
    }

    /// @inheritdoc IDatasets
    function isWithdrawn(uint256 dataset, bytes32 contribution) public view returns (bool) {
        uint256 campaign = _lines[dataset].campaign;
        return _withdrawn[_clip(campaign, campaign == 0 ? dataset : 0, contribution)];
    }

    function _checkCampaign(uint256 campaign, Terms calldata terms, Version calldata version) private view {
        _matchTerms(campaign, terms);
        if (version.token != terms.token || version.ownerBps != terms.ownerBps || version.feeBps != terms.feeBps) {
            revert Datasets_WrongSaleTerms();
        }
        if (version.totalWeight == 0) revert Datasets_NoShares();
    }

    /// @dev A mask of regions that is 0 means anywhere, so only terms that are 0 themselves allow it.
    function _checkOffer(uint256 index, Offer calldata offer, Terms calldata terms) private pure {
        (uint256 purposes, uint256 regions, uint256 allowed) = (offer.purposes, offer.regions, terms.regions);
        bool anywhere = allowed == 0 || (regions != 0 && regions & ~allowed == 0);
        if (purposes == 0 || purposes & ~uint256(terms.purposes) != 0 || !anywhere) {
            revert Datasets_OutsideTerms(index, purposes, regions);
        }
    }

    function _checkUse(uint256 index, Offer calldata offer, Use calldata use) private pure {
        bool there = offer.regions == 0 || offer.regions >> use.region & 1 == 1;
        if (uint256(offer.purposes) >> use.purpose & 1 == 0 || !there) {
            revert Datasets_OutsideOffer(index, use.purpose, use.region);
        }
    }

    function _checkOwn(Version calldata version) private view {
        if (version.token == address(0)) revert Datasets_WrongSaleTerms();
        uint256 fee = parameters.fundingLimits().networkFeeBps;
        if (version.feeBps != fee) revert Datasets_WrongFee(version.feeBps, fee);
        // Held here too: no vote goes above it, whatever Parameters says.
        if (version.feeBps > MAX_NETWORK_FEE_BPS) revert Datasets_FeeTooHigh(version.feeBps, MAX_NETWORK_FEE_BPS);
        uint256 taken = uint256(version.ownerBps) + version.feeBps;
        if (taken > Rules.BPS) revert Datasets_FeeTooHigh(taken, Rules.BPS);
        if (version.totalWeight == 0 && taken != Rules.BPS) revert Datasets_NoShares();
    }

    function _checkContent(Terms calldata terms, Version calldata version) private pure {
        if (version.episodeRoot == 0 || version.episodes == 0) revert Datasets_EmptyRoot();
        Offer[] calldata offers = version.offers;
        if (offers.length == 0) revert Datasets_NoOffers();
        bool none = version.totalWeight == 0;
        if (none != (version.shares == 0) || none != (version.shareRoot == 0)) revert Datasets_NoShares();
        bool ofCampaign = version.campaign != 0;
        for (uint256 i; i < offers.length; ++i) {
            Offer calldata offer = offers[i];
            if (offer.price == 0) revert Datasets_ZeroPrice(i);
            _read(offer);
            if (!ofCampaign) continue;
            if (offer.terms != terms.licence) revert Datasets_WrongSaleTerms();
            _checkOffer(i, offer, terms);
        }
    }

    function _checkSettlements(uint256 campaign, uint256[] calldata keys) private view {
        if ((campaign == 0) != (keys.length == 0)) revert Datasets_WrongSettlements();
        for (uint256 i; i < keys.length; ++i) {
            if (i > 0 && keys[i] <= keys[i - 1]) revert Datasets_WrongSettlements();
            if (keys[i] >> 64 != campaign) revert Datasets_SettlementNotOfCampaign(keys[i], campaign);
            if (!settlement.isFinal(keys[i])) revert Datasets_SettlementNotFinal(keys[i]);
        }
    }

    /// @dev Reading a member narrower than its word reverts on dirty bits; the others of an offer are read anyway.
    function _read(Offer calldata offer) private pure returns (uint256) {
        return offer.duration | offer.purposes;
    }

    /// @dev `abi.encode(version, keys)`, copied as it lies: by now every narrow member has been read.
    function _encoded(Version calldata version, uint256[] calldata keys) private pure returns (bytes memory said) {
        Offer[] calldata offers = version.offers;
        assembly ("memory-safe") {
            said := mload(0x40)
            let at := add(said, 0x20)
            let size := mul(offers.length, 0xa0)
            mstore(at, 0x40)
            mstore(add(at, 0x20), add(0x220, size))
            calldatacopy(add(at, 0x40), version, 0x1a0)
            mstore(add(at, 0x1e0), 0x1c0)
            mstore(add(at, 0x200), offers.length)
            calldatacopy(add(at, 0x220), offers.offset, size)
            at := add(at, add(0x220, size))
            mstore(at, keys.length)
            calldatacopy(add(at, 0x20), keys.offset, shl(5, keys.length))
            at := add(at, add(0x20, shl(5, keys.length)))
            mstore(said, sub(at, add(said, 0x20)))
            mstore(0x40, at)
        }
    }

    /// @dev `keccak256(abi.encode(version))` and `keccak256(abi.encode(keys))` from `said = abi.encode(version, keys)`:
    /// before each of the two stands a word that for a moment is its offset.
    function _hashesIn(bytes memory said) private pure returns (bytes32 version, bytes32 keys) {
        assembly ("memory-safe") {
            let at := add(said, 0x40)
            let offset := mload(at)
            mstore(at, 0x20)
            version := keccak256(at, sub(offset, 0x20))
            mstore(at, offset)
            at := add(said, offset)
            let last := mload(at)
            mstore(at, 0x20)
            keys := keccak256(at, sub(add(mload(said), 0x20), offset))
            mstore(at, last)
        }
    }

    /// @dev `emit Published(key, dataset, msg.sender, version, keys)` of `said = abi.encode(version, keys)`.
    function _published(uint256 key, uint256 dataset, bytes memory said) private {
        bytes32 topic = Published.selector;
        assembly ("memory-safe") {
            log4(add(said, 0x20), mload(said), topic, key, dataset, caller())
        }
    }

    function _match(Version calldata version) private view returns (uint256 key) {
        key = version.dataset << 32 | version.number;
        if (versionHash[key] != Preimage.digest(version)) revert Datasets_WrongVersion(key);
    }

    function _unlocked(Version calldata version) private view returns (uint256 key, Sales memory sales) {
        key = _match(version);
        sales = _sales[key];
        if (sales.status == _VOID) revert Datasets_IsVoid(key);
        if (block.timestamp < sales.unlockAt) revert Datasets_StillLocked(sales.unlockAt, block.timestamp);
    }

    /// @dev Only of a version that stands.
    function _addGross(uint256 key, uint256 amount) private {
        Sales storage sales = _sales[key];
        if (sales.status == _VOID) revert Datasets_IsVoid(key);
        uint256 gross = sales.gross + amount;
        // Halves of gross are kept in 96 bits.
        if (gross > type(uint96).max) revert Datasets_GrossTooLarge(gross);
        sales.gross = uint128(gross);
    }

    function _matchTerms(uint256 campaign, Terms calldata terms) private view {
        if (campaigns.termsHash(campaign) != Preimage.digest(terms)) revert Datasets_WrongTerms(campaign);
    }

    function _withdraw(bytes32 clip, bytes32 contribution) private {
        if (_withdrawn[clip]) revert Datasets_AlreadyWithdrawn(contribution);
        _withdrawn[clip] = true;
    }

    /// @dev What each can claim of gross. None of the three, nor any share of the pool, shrinks as gross grows: claiming
    /// early gains nothing, and no claim ever underflows. A unit or two of rounding wait for the next sale.
    function _split(Version calldata version, uint256 gross)
        private
        pure
        returns (uint256 owner, uint256 fee, uint256 pool)
    {
        owner = gross * version.ownerBps / Rules.BPS;
        fee = gross * version.feeBps / Rules.BPS;
        pool = gross - gross * (uint256(version.ownerBps) + version.feeBps) / Rules.BPS;
    }

    function _clip(uint256 campaign, uint256 dataset, bytes32 contribution) private pure returns (bytes32) {
        return keccak256(abi.encode(campaign, dataset, contribution));
    }
}
