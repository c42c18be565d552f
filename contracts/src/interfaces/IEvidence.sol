// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IArbitrator} from "./IArbitrator.sol";

/// @title Evidence
/// @notice ERC-1497: what an arbitrable says of its disputes so that jurors find question and evidence. The strings are
/// URIs of documents as the standard describes them.
interface IEvidence {
    /// @notice The question, in words, with what each choice means.
    event MetaEvidence(uint256 indexed _metaEvidenceID, string _evidence);

    /// @notice `_party` submitted evidence.
    event Evidence(
        IArbitrator indexed _arbitrator, uint256 indexed _evidenceGroupID, address indexed _party, string _evidence
    );

    /// @notice Links a dispute to its question and its evidence.
    event Dispute(
        IArbitrator indexed _arbitrator, uint256 indexed _disputeID, uint256 _metaEvidenceID, uint256 _evidenceGroupID
    );
}
