// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Item, Posted, Share, Terms, Use, Version} from "./Structs.sol";

/// @title Datasets
/// @notice ERC-721 datasets with versions, sales split by gross, withdrawn consent and the one view of access.
interface IDatasets {
    /// @param gross everything buyers paid
    /// @param publishedAt chain time
    /// @param unlockAt from when owner, fee and pool can be claimed
    /// @param status 0 unknown, 1 published, 2 void
    struct Sales {
        uint128 gross;
        uint40 publishedAt;
        uint40 unlockAt;
        uint8 status;
    }

    /// @param pool claimed by contributors so far
    /// @param owner claimed by the dataset's owner so far
    struct Paid {
        uint96 pool;
        uint96 owner;
    }

    /// @param publisher whose collateral is locked
    /// @param amount of the network token
    struct Bond {
        address publisher;
        uint96 amount;
    }

    event DatasetCreated(uint256 indexed dataset, uint256 indexed campaign, address indexed owner);
    event Published(
        uint256 indexed key, uint256 indexed dataset, address indexed publisher, Version version, uint256[] settlements
    );
    event Sold(
        uint256 indexed key,
        address indexed buyer,
        address indexed to,
        uint256 offer,
        uint256 licence,
        uint256 price,
        uint8 purpose,
        uint8 region
    );
    event ShareClaimed(uint256 indexed key, address indexed account, uint256 index, uint256 amount);
    event OwnerClaimed(uint256 indexed key, address indexed owner, uint256 amount);
    event FeeClaimed(uint256 indexed key, address indexed treasury, uint256 amount);
    event BondReleased(uint256 indexed key, address indexed publisher, uint256 amount);
    /// @param fault selector of the function of ShareFaults that held; `index` the leaf it was shown on
    event VersionVoided(
        uint256 indexed key,
        address indexed watcher,
        bytes4 indexed fault,
        uint256 index,
        uint256 bond,
        uint256 rewarded
    );
    event Carried(uint256 indexed from, uint256 indexed to, uint256 gross);
    event ConsentWithdrawn(uint256 indexed campaign, bytes32 indexed contribution, address indexed by);
    event OwnWithdrawn(uint256 indexed dataset, bytes32 indexed contribution, address indexed by);

    error Datasets_WrongTerms(uint256 campaign);
    error Datasets_NotOperator(address caller);
    error Datasets_AlreadyCreated(uint256 campaign, uint256 dataset);
    error Datasets_NotOfCampaign(uint256 dataset, uint256 campaign);
    error Datasets_NotOwner(address caller, address owner);
    error Datasets_WrongNumber(uint256 number, uint256 expected);
    error Datasets_WrongSettlements();
    error Datasets_SettlementNotOfCampaign(uint256 key, uint256 campaign);
    error Datasets_SettlementNotFinal(uint256 key);
    error Datasets_WrongSaleTerms();
    error Datasets_OutsideTerms(uint256 offer, uint256 purposes, uint256 regions);
    error Datasets_OutsideOffer(uint256 offer, uint256 purpose, uint256 region);
    error Datasets_FeeTooHigh(uint256 bps, uint256 limit);
    error Datasets_WrongFee(uint256 bps, uint256 expected);
    error Datasets_NoShares();
    error Datasets_NoOffers();
    error Datasets_EmptyRoot();
    error Datasets_ZeroPrice(uint256 offer);
    error Datasets_WrongVersion(uint256 key);
    error Datasets_UnknownOffer(uint256 offer, uint256 count);
    error Datasets_GrossTooLarge(uint256 gross);
    error Datasets_StillLocked(uint256 unlockAt, uint256 nowAt);
    error Datasets_WrongProof(uint256 key, uint256 index);
    error Datasets_WrongShare(uint256 weight, uint256 cumulative, uint256 total);
    error Datasets_AbovePool(uint256 wanted, uint256 pool);
    error Datasets_NothingToClaim(uint256 key);
    error Datasets_NoBond(uint256 key);
    error Datasets_NotContributor(address caller, address contributor);
    error Datasets_NotAccepted(uint256 item);
    error Datasets_AlreadyWithdrawn(bytes32 contribution);
    error Datasets_NotShareFaults(address caller);
    error Datasets_IsVoid(uint256 key);
    error Datasets_NotVoid(uint256 key);
    error Datasets_AlreadyUnlocked(uint256 unlockAt, uint256 nowAt);

    /// @notice Mints a campaign's dataset to its requester, once; any operator may call.
    function create(uint256 campaign, Terms calldata terms) external returns (uint256 dataset);

    /// @notice Mints a dataset for the caller's own data.
    function createOwn() external returns (uint256 dataset);

    /// @notice Publishes the next version; `keys` are the settlements it is built from (empty for own data).
    /// @param terms the campaign's; ignored for own data
    /// @dev Purposes and regions of every offer of a campaign's version lie within the terms'. An offer of own data is as its
    /// owner sets it; one without purposes can never be bought.
    function publish(Terms calldata terms, Version calldata version, uint256[] calldata keys)
        external
        returns (uint256 key);

    /// @notice Buys a licence for `to` at the offer's price, paid by the caller.
    /// @param use what the caller declares; refused if the offer does not grant it
    function buy(Version calldata version, uint256 offer, address to, Use calldata use)
        external
        returns (uint256 licence);

    /// @notice The same with an ERC-2612 permit of exactly the price to this contract.
    function buyWithPermit(
        Version calldata version,
        uint256 offer,
        address to,
        Use calldata use,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 licence);

    /// @notice Pays a share what the pool has grown by since its last claim; to its account, whoever calls.
    function claimShare(Version calldata version, Share calldata share, bytes32[] calldata proof)
        external
        returns (uint256 amount);

    /// @notice Pays the dataset's present owner.
    function claimOwner(Version calldata version) external returns (uint256 amount);

    /// @notice Pays the network fee to the treasury.
    function claimFee(Version calldata version) external returns (uint256 amount);

    /// @notice Unlocks the publisher's bond after `unlockAt`.
    function releaseBond(Version calldata version) external;

    /// @notice ShareFaults only, until `unlockAt`: ends sales and claims of a version. Half its bond goes to the watcher's
    /// collateral, half to the treasury. Licences sold stay valid: who bought acted in good faith.
    function voidVersion(uint256 key, address watcher, bytes4 fault, uint256 index) external;

    /// @notice ShareFaults only: moves what buyers paid for a void version to its successor, where it is split like a sale.
    function carry(uint256 from, uint256 to) external;

    /// @notice Withdraws the caller's consent for an accepted contribution, for ever.
    function withdrawConsent(Posted calldata posted, Item calldata item, bytes32[] calldata proof) external;

    /// @notice Withdraws a contribution of the caller's own dataset, for ever.
    function withdrawOwn(uint256 dataset, bytes32 contribution) external;

    /// @notice Whether `holder` may be given the key of `contribution` under `licence` for this dataset version. That the
    /// contribution is in the version is for the asker to prove by the episode tree.
    function entitled(uint256 licence, uint256 dataset, uint256 version, bytes32 contribution, address holder)
        external
        view
        returns (bool);

    /// @notice `key << 160 | low 160 bits of H(abi.encode(key, offer, terms))`.
    function licenceId(uint256 key, uint256 offer, bytes32 terms) external pure returns (uint256);

    function versionHash(uint256 key) external view returns (bytes32);

    function salesOf(uint256 key) external view returns (Sales memory);

    function paidOf(uint256 key) external view returns (Paid memory);

    /// @notice Number of the latest version, 0 if none.
    function latestOf(uint256 dataset) external view returns (uint256);

    /// @notice 0 for own data.
    function campaignOf(uint256 dataset) external view returns (uint256);

    /// @notice 0 until created.
    function datasetOf(uint256 campaign) external view returns (uint256);

    function isWithdrawn(uint256 dataset, bytes32 contribution) external view returns (bool);

    function datasetCount() external view returns (uint256);
}
