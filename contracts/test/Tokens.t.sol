// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LocalDollar} from "../src/LocalDollar.sol";
import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {Offer, Terms, Use, Version} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice Our own tokens, and what a signature in place of an approval does.
contract TokensTest is World {
    struct Signature {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    function test_attack_minting_local_dollars() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(LocalDollar.LocalDollar_NotMinter.selector, stranger, address(this)));
        dollar.mint(stranger, 1);
        vm.assertEq(dollar.decimals(), 6, "as stablecoins have them");
    }

    function test_votes_are_kept_by_the_second() public {
        vm.assertEq(keccak256(bytes(token.CLOCK_MODE())), keccak256("mode=timestamp"), "EIP-6372");
        vm.assertEq(uint256(token.clock()), block.timestamp, "seconds");
        vm.prank(stranger);
        token.delegate(stranger);
        token.transfer(stranger, 5);
        uint256 then = block.timestamp;
        vm.warp(then + 10);
        vm.prank(stranger);
        token.transfer(rival, 5);
        vm.warp(then + 20);
        vm.assertEq(token.getPastVotes(stranger, then), 5, "at that second");
        vm.assertEq(token.getPastVotes(stranger, then + 10), 0, "and at this");
    }

    function test_attack_permit_of_the_network_token_used_twice() public {
        token.transfer(buyer, 100);
        Signature memory own = _sign(BUYER_KEY, token.DOMAIN_SEPARATOR(), buyer, stranger, 60, 0);
        token.permit(buyer, stranger, 60, type(uint256).max, own.v, own.r, own.s);
        vm.assertEq(token.nonces(buyer), 1, "used");
        vm.prank(stranger);
        token.transferFrom(buyer, stranger, 60);
        vm.expectRevert();
        token.permit(buyer, stranger, 60, type(uint256).max, own.v, own.r, own.s);
        vm.assertEq(token.allowance(buyer, stranger), 0, "nothing more");
    }

    function test_buy_with_a_signature_in_one_transaction() public {
        Version memory version = _published();
        Signature memory own = _saleSignature(BUYER_KEY, version.offers[0].price);
        vm.prank(buyer);
        uint256 licence = datasets.buyWithPermit(version, 0, buyer, Use(0, 0), type(uint256).max, own.v, own.r, own.s);
        vm.assertEq(licences.balanceOf(buyer, licence), 1, "licence");
        vm.assertEq(dollar.balanceOf(address(datasets)), version.offers[0].price, "paid");
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_UnknownOffer.selector, 1, 1));
        datasets.buyWithPermit(version, 1, buyer, Use(0, 0), type(uint256).max, own.v, own.r, own.s);
    }

    function test_attack_delivering_the_permit_first_to_stop_a_sale() public {
        Version memory version = _published();
        uint256 price = version.offers[0].price;
        Signature memory own = _saleSignature(BUYER_KEY, price);
        vm.prank(stranger);
        dollar.permit(buyer, address(datasets), price, type(uint256).max, own.v, own.r, own.s);
        vm.prank(buyer);
        uint256 licence = datasets.buyWithPermit(version, 0, buyer, Use(0, 0), type(uint256).max, own.v, own.r, own.s);
        vm.assertEq(licences.balanceOf(buyer, licence), 1, "the allowance decides");
    }

    function test_attack_permit_anothers_money_pays_for_nobody() public {
        Version memory version = _published();
        Signature memory own = _saleSignature(BUYER_KEY, version.offers[0].price);
        uint256 before = dollar.balanceOf(buyer);
        vm.prank(stranger);
        vm.expectRevert();
        datasets.buyWithPermit(version, 0, stranger, Use(0, 0), type(uint256).max, own.v, own.r, own.s);
        vm.assertEq(dollar.balanceOf(buyer), before, "untouched");
        vm.assertEq(datasets.salesOf(version.dataset << 32 | 1).gross, 0, "nothing sold");
    }

    function test_attack_a_permit_that_fails_leaves_no_sale() public {
        Version memory version = _published();
        vm.prank(buyer);
        vm.expectRevert();
        datasets.buyWithPermit(version, 0, buyer, Use(0, 0), type(uint256).max, 27, bytes32(0), bytes32(0));
        vm.assertEq(datasets.salesOf(version.dataset << 32 | 1).gross, 0, "nothing sold");
    }

    /// @dev A dataset of rival's, with one offer; buyer has approved nothing.
    function _published() private returns (Version memory version) {
        vm.prank(buyer);
        dollar.approve(address(datasets), 0);
        version.number = 1;
        (version.episodeRoot, version.episodes) = (keccak256("episodes"), 5);
        version.settlements = keccak256(abi.encode(new uint256[](0)));
        (version.token, version.ownerBps, version.feeBps) = (address(dollar), 9750, 250);
        version.offers = new Offer[](1);
        version.offers[0] = Offer(0, R, 30 days, 7, 0);
        Terms memory none;
        vm.startPrank(rival);
        version.dataset = datasets.createOwn();
        datasets.publish(none, version, new uint256[](0));
        vm.stopPrank();
    }

    function _saleSignature(uint256 key, uint256 price) private view returns (Signature memory) {
        return
            _sign(key, dollar.DOMAIN_SEPARATOR(), vm.addr(key), address(datasets), price, dollar.nonces(vm.addr(key)));
    }

    function _sign(uint256 key, bytes32 domain, address owner, address spender, uint256 value, uint256 nonce)
        private
        pure
        returns (Signature memory own)
    {
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(kind, owner, spender, value, nonce, type(uint256).max));
        (own.v, own.r, own.s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, message)));
    }
}
