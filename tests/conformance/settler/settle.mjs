// A second settler, written from spec/settlement.md and spec/review.md alone: it shares no line with the Python one.
// Reads a job as JSON on standard input, posts the settlement, and prints what it posted as JSON.
//
// Job: {rpc, privateKey, contracts: {campaigns, settlement}, campaign, items: [{contributor, contribution, opening, llr,
// prior, grade, novelty, missing, votes: [{reviewer, round, verdict, weight, commit}]}], evidence, reputation}
// Items are those of the next unsettled anchors, in queue order. Integers may be given as decimal text.

import { readFileSync } from "node:fs";
import {
  createPublicClient, createWalletClient, encodeAbiParameters, http, keccak256, parseAbi, stringToBytes, toHex,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

// Sections 3, 4 and 6: the structs.
const TERMS =
  "struct Terms { address requester; address token; bytes32 specDigest; uint96 unitReward; int32 thresholdMilli; uint16 reviewFeeBps; uint16 operatorFeeBps; uint16 depositBps; uint16 ownerBps; uint16 feeBps; uint40 deadline; uint40 settleWindow; uint40 challengeWindow; uint40 lapseWindow; uint8 mode; bytes32 licence; uint32 purposes; uint256 regions; uint8 minimumAge; uint96 pool; uint128 poolFloor; }";
const ANCHOR =
  "struct Anchor { uint64 sequence; uint32 firstItem; uint32 count; address anchorer; uint40 time; uint40 block_; bool direct; bytes32 root; bytes32 cid; uint40 weights; }";
const WORD = "struct Word { bytes32 root; uint96 budget; }";
const INPUT =
  "struct SettleInput { uint256 campaign; bytes32 itemRoot; Word[] words; uint32 payCount; uint96 total; bytes verdicts; bytes32 evidence; bytes32 reputation; }";
const POSTED =
  "struct Posted { uint256 key; address token; bytes32 payRoot; uint32 payCount; uint256 campaign; bytes32 terms; uint32 firstItem; uint32 count; address settler; bytes32 itemRoot; uint96 total; uint96 reserve; bytes32 verdictsHash; bytes32 evidence; bytes32 reputation; bytes32 anchorsHash; uint40 finalAt; uint96 bond; }";
const ABI = parseAbi([
  TERMS, ANCHOR, WORD, INPUT, POSTED,
  "event Funded(uint256 indexed campaign, address indexed requester, uint256 amount, Terms terms)",
  "event Anchored(uint256 indexed campaign, address indexed anchorer, Anchor anchor)",
  "event Settled(uint256 indexed key, uint256 indexed campaign, Posted posted, bytes verdicts)",
  "function stateOf(uint256 campaign) view returns ((uint96 escrow, uint96 reserved, uint32 anchored, uint32 settled))",
  "function settle(Terms terms, Anchor[] anchors, SettleInput input) returns (uint256)",
]);
const ITEM = ["uint32", "address", "bytes32", "int32", "int32", "uint16", "uint16", "bytes32", "uint8", "uint96", "uint32", "uint64", "bytes32"];
const PAY = ["uint32", "address", "uint96", "uint96", "uint8", "bytes32"];
const VOTES = [{ type: "tuple[]", components: ["address", "uint8", "uint8", "uint16", "bytes32"].map((type, i) => ({ type, name: `f${i}` })) }];
const NO_PAY = 0xffffffff;
const ZERO = `0x${"0".repeat(64)}`;

// Section 2: hashing.
const typed = (types) => types.map((type) => ({ type }));
const node = (left, right) => keccak256(`0x${left.slice(2)}${right.slice(2)}`);
const depth = (n) => (n <= 1 ? 0 : 32 - Math.clz32(n - 1));

function treeRoot(leaves, levels = depth(leaves.length)) {
  let level = [...leaves];
  while (level.length < 2 ** levels) level.push(ZERO);
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => node(level[2 * i], level[2 * i + 1]));
  }
  return level[0] ?? ZERO;
}

function leaf(tag, chainId, contract, scope, types, values) {
  const head = ["bytes32", "uint256", "address", "uint256"];
  const encoded = encodeAbiParameters(typed([...head, ...types]), [keccak256(stringToBytes(tag)), chainId, contract, scope, ...values]);
  return keccak256(keccak256(encoded));
}

// Section 5: verdict, quality, reward and score.
const floorDiv = (a, b) => (a >= 0n ? a / b : -((-a + b - 1n) / b));
const quality = (sum) => {
  const k = sum <= 0n ? 0 : Math.min(Number(sum / 100n), 80);
  return BigInt(Math.round(10000 * (2 / (1 + Math.exp(-k / 10)) - 1)));
};

function judge(item, terms) {
  const sum = item.votes.reduce((s, v) => s + (v.verdict === 1 ? 1n : -1n) * BigInt(v.weight), item.llr + item.prior);
  let verdict = sum > BigInt(terms.thresholdMilli) ? 1 : sum <= -2944n ? 2 : 0;
  if (item.novelty === 0n) verdict = 2;
  if (item.missing) verdict = 3;
  const q = verdict === 1 ? quality(sum) : 0n;
  return {
    ...item, verdict,
    reward: (terms.unitReward * q * item.grade * item.novelty) / 10n ** 10n,
    shareWeight: (q * item.grade * item.novelty) / 10n ** 4n,
    score: (q * item.grade) / 10000n,
  };
}

// spec/review.md section 5: reviewer pay.
function reviewPay(items, terms) {
  const phi = (terms.unitReward * BigInt(terms.reviewFeeBps)) / 10000n;
  const rows = new Map();
  for (const item of items) {
    const all = item.votes.reduce((s, v) => s + (v.verdict === 1 ? 1n : -1n) * BigInt(v.weight), item.llr + item.prior);
    for (const vote of item.votes) {
      const own = (vote.verdict === 1 ? 1n : -1n) * BigInt(vote.weight);
      const other = all - own > BigInt(terms.thresholdMilli) ? 1 : 0;
      const row = rows.get(vote.reviewer.toLowerCase()) ?? { account: vote.reviewer, n: 0n, A: 0n, a: 0n, o: 0n, items: [] };
      row.n += 1n;
      if (vote.verdict === other) row.A += 1n;
      if (vote.verdict === 1) row.a += 1n;
      if (other === 1) row.o += 1n;
      row.items.push(item.item);
      rows.set(vote.reviewer.toLowerCase(), row);
    }
  }
  const earned = [...rows.values()].map(({ account, n, A, a, o, items: numbers }) => {
    const beyond = floorDiv(20000n * (A * n - (a * o + (n - a) * (n - o))), n * n);
    const raw = 5000n - 5000n + beyond; // g is 5,000 until gold stands
    const factor = raw < 0n ? 0n : raw > 15000n ? 15000n : raw;
    return { account, amount: (phi * n * factor) / 10000n, items: numbers };
  });
  const cap = BigInt(items.length) * ((terms.unitReward * 15n * BigInt(terms.reviewFeeBps) + 9999n) / 10000n);
  const spent = earned.reduce((s, e) => s + e.amount, 0n);
  return spent <= cap ? earned : earned.map((e) => ({ ...e, amount: (e.amount * cap) / spent }));
}

// Section 6: pay leaves, ascending by kind and account.
function payList(items, terms, settler) {
  const rows = [];
  const byAccount = new Map();
  for (const item of items.filter((i) => i.reward > 0n)) {
    const row = byAccount.get(item.contributor.toLowerCase()) ?? { kind: 0, account: item.contributor, amount: 0n, items: [] };
    row.amount += item.reward;
    row.items.push(item.item);
    byAccount.set(item.contributor.toLowerCase(), row);
  }
  rows.push(...byAccount.values());
  rows.push(...reviewPay(items, terms).map((r) => ({ kind: 1, ...r })));
  const fee = (BigInt(items.length) * terms.unitReward * BigInt(terms.operatorFeeBps)) / 10000n;
  rows.push({ kind: 2, account: settler, amount: fee, items: items.map((i) => i.item) });
  const paid = rows.filter((r) => r.amount > 0n);
  paid.sort((x, y) => x.kind - y.kind || (BigInt(x.account) < BigInt(y.account) ? -1 : 1));
  let cumulative = 0n;
  return paid.map((r, index) => {
    cumulative += r.amount;
    return { ...r, index, cumulative, hash: keccak256(encodeAbiParameters([{ type: "uint32[]" }], [r.items])) };
  });
}

function words(pays, leaves) {
  const made = [];
  for (let from = 0; from < leaves.length; from += 128) {
    const part = leaves.slice(from, from + 128);
    const last = pays[from + part.length - 1].cumulative;
    const before = from ? pays[from - 1].cumulative : 0n;
    made.push({ root: treeRoot(part, leaves.length > 128 ? 7 : depth(part.length)), budget: last - before });
  }
  return made;
}

async function main() {
  const job = JSON.parse(readFileSync(0, "utf8"));
  const account = privateKeyToAccount(job.privateKey);
  const chain = createPublicClient({ transport: http(job.rpc), pollingInterval: 100 });
  const chainId = BigInt(await chain.getChainId());
  const campaign = BigInt(job.campaign);
  const find = (address, eventName, args) =>
    chain.getContractEvents({ address, abi: ABI, eventName, args, fromBlock: 0n, strict: true });

  const [funded] = await find(job.contracts.campaigns, "Funded", { campaign });
  const terms = funded.args.terms;
  const state = await chain.readContract({ address: job.contracts.campaigns, abi: ABI, functionName: "stateOf", args: [campaign] });
  const anchors = [];
  let count = 0;
  for (const { args } of await find(job.contracts.campaigns, "Anchored", { campaign })) {
    if (args.anchor.firstItem < state.settled || count >= job.items.length) continue;
    anchors.push(args.anchor);
    count += args.anchor.count;
  }
  if (count !== job.items.length) throw new Error(`items: ${job.items.length}; whole anchors have ${count}`);

  const first = anchors[0].firstItem;
  const key = (campaign << 64n) | (BigInt(first) << 16n);
  const items = job.items.map((given, i) =>
    judge({
      ...given, item: first + i,
      llr: BigInt(given.llr), prior: BigInt(given.prior), grade: BigInt(given.grade), novelty: BigInt(given.novelty),
    }, terms),
  );
  const pays = payList(items, terms, account.address);
  const total = pays.length ? pays.at(-1).cumulative : 0n;
  const itemLeaves = items.map((i) => {
    const pay = pays.find((p) => p.kind === 0 && p.account.toLowerCase() === i.contributor.toLowerCase());
    const votes = keccak256(encodeAbiParameters(VOTES, [i.votes.map((v) => ({ f0: v.reviewer, f1: v.round, f2: v.verdict, f3: v.weight, f4: v.commit }))]));
    return leaf("headwater.item.v1", chainId, job.contracts.settlement, key, ITEM, [
      i.item, i.contributor, i.contribution, Number(i.llr), Number(i.prior), Number(i.grade), Number(i.novelty), votes,
      i.verdict, i.reward, i.reward > 0n ? pay.index : NO_PAY, i.shareWeight, i.opening,
    ]);
  });
  const payLeaves = pays.map((p) =>
    leaf("headwater.pay.v1", chainId, job.contracts.settlement, key, PAY, [p.index, p.account, p.amount, p.cumulative, p.kind, p.hash]),
  );
  const input = {
    campaign, itemRoot: treeRoot(itemLeaves), words: words(pays, payLeaves), payCount: pays.length, total,
    verdicts: toHex(Uint8Array.from(items.flatMap((i) => [i.verdict, Number(i.score)]))),
    evidence: job.evidence, reputation: job.reputation,
  };
  const wallet = createWalletClient({ account, transport: http(job.rpc) });
  const hash = await wallet.writeContract({
    address: job.contracts.settlement, abi: ABI, functionName: "settle", args: [terms, anchors, input], chain: null,
  });
  const receipt = await chain.waitForTransactionReceipt({ hash, timeout: 60_000 });
  const shown = { key, status: receipt.status, transaction: hash, itemRoot: input.itemRoot, words: input.words, total };
  console.log(JSON.stringify(shown, (_, v) => (typeof v === "bigint" ? v.toString() : v)));
}

await main();
