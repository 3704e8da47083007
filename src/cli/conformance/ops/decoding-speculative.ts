import {
  acceptanceRate,
  acceptChances,
  emittedLaw,
  residualLaw,
} from "../../../lib/decoding/speculative/acceptance.js";
import {chainSpeedup, expectedTokens} from "../../../lib/decoding/speculative/expected-tokens.js";
import {verifyChain} from "../../../lib/decoding/speculative/verify-chain.js";
import {type DraftTree, likeliestNodes, treeMask} from "../../../lib/decoding/tree/draft-tree.js";
import {beamTree} from "../../../lib/decoding/tree/grow-tree.js";
import {type LossyRule, verifyLossy} from "../../../lib/decoding/tree/verify-lossy.js";
import {type VerifiedTree, verifyTree} from "../../../lib/decoding/tree/verify-tree.js";
import {argmax} from "../../../lib/engine/generate.js";
import {warpLogits} from "../../../lib/engine/sampling.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

/** The vectors along the last axis of a tensor. */
function vectors(input: unknown): Float64Array[] {
  const {data, shape} = input as GoldenTensor;
  const width = shape.at(-1)!;
  return Array.from({length: data.length / width}, (_, row) =>
    Float64Array.from(data.subarray(row * width, (row + 1) * width)),
  );
}

const flat = (rows: readonly Float64Array[]) => rows.flatMap((row) => Array.from(row));

const acceptAndReplace: CaseOp = (_, inputs) => {
  const [p, q] = [vectors(inputs.p), vectors(inputs.q)];
  return {
    accept: flat(p.map((law, row) => acceptChances(law, q[row]))),
    accept_rate: p.map((law, row) => acceptanceRate(law, q[row])),
    residual: flat(p.map((law, row) => residualLaw(law, q[row]))),
    emitted_law: flat(p.map((law, row) => emittedLaw(law, q[row]))),
  };
};

const chains: CaseOp = (_, inputs) => {
  const [p, q] = [vectors(inputs.p), vectors(inputs.q)];
  const [drafted, accepts, finals] = ["x", "u_accept", "u_final"].map((name) => inputs[name] as GoldenTensor);
  const [count, gamma] = drafted.shape;
  const verified = Array.from({length: count}, (_, row) => {
    const tokens = drafted.data.subarray(row * gamma, (row + 1) * gamma);
    const laws = p.slice(row * (gamma + 1), (row + 1) * (gamma + 1));
    const drafts = q.slice(row * gamma, (row + 1) * gamma);
    return verifyChain(tokens, laws, drafts, {
      accept: (i) => accepts.data[row * gamma + i],
      draw: () => finals.data[row],
    });
  });
  return {n_accepted: verified.map(({accepted}) => accepted), final_token: verified.map(({token}) => token)};
};

const expected: CaseOp = ({c}, inputs) => {
  const [alphas, gammas] = ["alpha", "gamma"].map((name) => Array.from((inputs[name] as GoldenTensor).data));
  const table = (cell: (alpha: number, gamma: number) => number) =>
    alphas.flatMap((alpha) => gammas.map((gamma) => cell(alpha, gamma)));
  return {
    expected: table(expectedTokens),
    speedup: table((alpha, gamma) => chainSpeedup(alpha, gamma, c as number)),
  };
};

interface TreeArguments {
  readonly V: number;
  readonly k: number;
  readonly depth: number;
  readonly draft_temperature: number;
  readonly eos: number | null;
  readonly root: number;
  readonly token_before_root: number;
  readonly prune_top_n: number;
  readonly prefix_length: number;
  readonly method?: "exact" | "lossy";
  readonly threshold_method?: string;
  readonly threshold?: number;
  readonly window_size?: number;
}

/** The tree of a table of logits by the token before and the token itself. */
function drafted(args: TreeArguments, table: readonly Float64Array[]): DraftTree {
  const warp = {temperature: args.draft_temperature, topK: 0, topP: 1};
  return beamTree(args.root, {depth: args.depth, width: args.k}, ({tokens, parents}, nodes) =>
    nodes.map((node) => {
      const before = parents[node] < 0 ? args.token_before_root : tokens[parents[node]];
      return warpLogits(table[before * args.V + tokens[node]], warp);
    }),
  );
}

function verified(args: TreeArguments, tree: DraftTree, logits: readonly Float64Array[]): VerifiedTree {
  const picks = logits.map((row) => argmax(Float32Array.from(row)));
  const end = {eos: args.eos};
  switch (args.method) {
    case "exact":
      return verifyTree(tree, (node) => picks[node], end);
    case "lossy": {
      const laws = logits.map((row) => warpLogits(row, {temperature: 1, topK: 0, topP: 1}));
      const [gate, threshold, window] = [gateOf(args.threshold_method), args.threshold!, args.window_size!];
      return verifyLossy(tree, laws, picks, {gate, threshold, window}, end);
    }
    default:
      throw new RangeError(`tree_draft_and_verify: method must be exact or lossy, got ${args.method}`);
  }
}

function gateOf(method: unknown): LossyRule["gate"] {
  if (method === "entropy") return "entropy";
  if (method === "prob") return "probability";
  throw new RangeError(
    `tree_draft_and_verify: threshold_method must be entropy or prob, got ${String(method)}`,
  );
}

const draftAndVerify: CaseOp = (params, inputs) => {
  const args = params as unknown as TreeArguments;
  const tree = drafted(args, vectors(inputs.draft_logits));
  if (inputs.target_logits === undefined) {
    return {
      token: tree.tokens,
      parent: tree.parents,
      depth: tree.depths,
      cum_prob: tree.probabilities,
      attention_mask_prefix3: treeMask(tree, args.prefix_length),
      prune_keep: likeliestNodes(tree, args.prune_top_n),
    };
  }
  const {tokens, nodes, accepted} = verified(args, tree, vectors(inputs.target_logits));
  return {tokens, hidden: nodes, accept_len: [accepted]};
};

/** Ops of drafting and verifying. */
export const speculativeOps: Ops = {
  cases: {
    speculative_accept_residual: acceptAndReplace,
    speculative_chain: chains,
    expected_tokens: expected,
    tree_draft_and_verify: draftAndVerify,
  },
};
