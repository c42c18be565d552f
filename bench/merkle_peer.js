// OpenZeppelin's trees over the first `count` leaves; prints CPU seconds of each and the leaves' count.
// Leaf n is the 32 bytes of n, as in bench/review_scale.py.
const { SimpleMerkleTree, StandardMerkleTree } = require("@openzeppelin/merkle-tree");

const count = Number(process.argv[2]);
const leaves = Array.from({ length: count }, (_, n) => "0x" + n.toString(16).padStart(64, "0"));

function seconds(build) {
  const start = process.cpuUsage();
  build();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1e6;
}

const simple = seconds(() => SimpleMerkleTree.of(leaves));
const standard = seconds(() => StandardMerkleTree.of(leaves.map((leaf) => [leaf]), ["bytes32"]));
console.log(JSON.stringify({ simple, standard }));
