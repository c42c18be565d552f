from __future__ import annotations

import subprocess
import sys

import pytest

from headwater.chain import interface
from headwater.chain.errors import ArtifactError
from headwater.primitives.hashing import keccak256


def _selector(text: str) -> bytes:
    return keccak256(text.encode())[:4]


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def test_call_data_is_selector_and_arguments() -> None:
    data = interface.load("LocalDollar").encode("transfer", ("0x" + "11" * 20, 5))
    assert data == bytes.fromhex("a9059cbb") + bytes(12) + b"\x11" * 20 + _word(5)


def test_structs_take_part_in_selectors_with_their_members() -> None:
    entry = interface.load("Settlement").functions["claim"][0]
    assert interface.signature(entry).startswith("claim((uint256,address,uint32,bytes32),(uint32,")


def test_a_refusal_is_decoded_by_name() -> None:
    error = interface.revert("Campaigns", _selector("Campaigns_FeeTooHigh(uint256,uint256)") + _word(7) + _word(5))
    assert (error.contract, error.name, error.values) == ("Campaigns", "Campaigns_FeeTooHigh", {"bps": 7, "limit": 5})
    assert (
        str(error) == "Campaigns refused; found Campaigns_FeeTooHigh(bps=7, limit=5). Fix: lower the fee to the limit"
    )


def test_reasons_and_panics_are_decoded() -> None:
    reason = _selector("Error(string)") + _word(32) + _word(2) + b"no" + bytes(30)
    assert interface.revert("X", reason).values == {"reason": "no"}
    assert interface.revert("X", _selector("Panic(uint256)") + _word(0x11)).values == {"code": 0x11}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\xde\xad\xbe\xef" + bytes(64),
        _selector("Error(string)"),
        _selector("Error(string)") + _word(2**255),
        _selector("Error(string)") + _word(32) + _word(2**200),
        _selector("Error(string)") + _word(32) + _word(1) + b"\xff" * 32,
        _selector("Campaigns_FeeTooHigh(uint256,uint256)") + b"\x01",
    ],
)
def test_attack_revert_data_a_contract_made_up_is_still_a_refusal(data: bytes) -> None:
    assert "refused" in str(interface.revert("0xabc", data))


def test_what_is_not_in_the_artifacts_is_named() -> None:
    with pytest.raises(ArtifactError, match="Campaigns"):
        interface.load("Nonesuch")
    with pytest.raises(ArtifactError, match=r"Faults\.settle"):
        interface.load("Faults").encode("settle", ())


def test_the_room_loads_without_its_heavy_parts() -> None:
    """A command that only prints help must not pay for an Ethereum client."""
    script = "import sys, headwater.chain; sys.exit(bool({'eth_account', 'eth_abi'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
