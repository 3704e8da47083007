import {GREEDY, type Round} from "../../decoding/decoding-run.js";
import {decodingMethods} from "../../decoding/registry.js";
import {wayTo} from "../../decoding/tree/draft-tree.js";
import {experiment} from "../../experiment/experiment.js";
import {decodeText} from "../../tasks/vocabulary.js";
import {optionNames} from "../../technique/option-names.js";
import {randomStream} from "../../tensor/random.js";
import {promptIds, promptParam} from "../shared/prompt.js";
import {DRAFT_NEEDS, DRAFTING, draftModels, substituteParam, valuesFor} from "./draft-models.js";

const measured = {provenance: "measured"} as const;

/** The drafts and verifications of one text, node by node. */
export const oneText = experiment({
  id: "decoding/one-text",
  title: "A text, round by round",
  question: "Which drafts does the model keep, and which token does it put in their place?",
  source: decodingMethods.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    prompt: promptParam(
      "Prompt",
      "fact otter amber plum . fact heron velvet bell . quiet river carries light across open valley . copy gold mint lamp salt . copy gold mint",
    ),
    method: {
      kind: "choice",
      label: "Method",
      options: DRAFTING,
      names: optionNames(decodingMethods.all),
      default: "dynamic-tree",
    },
    depth: {
      kind: "integer",
      label: "Tokens drafted ahead",
      help: "Levels of the tree below the last token of the text.",
      min: 1,
      max: 12,
      default: 5,
    },
    width: {
      kind: "integer",
      label: "Drafts kept side by side",
      help: "Of methods that draft a tree.",
      min: 1,
      max: 6,
      default: 3,
    },
    substitute: {...substituteParam, advanced: true},
    tokens: {kind: "integer", label: "Tokens to write", min: 2, max: 48, default: 20, advanced: true},
  },
  columns: {
    round: {type: "integer", label: "Round"},
    node: {type: "integer", label: "Node; 0 is the last token of the text"},
    parent: {type: "integer", label: "Node that it follows", nullable: true},
    depth: {type: "integer", label: "Tokens after the text"},
    word: {type: "string", label: "Word"},
    probability: {type: "number", label: "Probability that the draft gives the way to it"},
    isKept: {type: "boolean", label: "Kept"},
  },
  tables: {
    rounds: {
      round: {type: "integer", label: "Round"},
      written: {type: "string", label: "Words that the round writes"},
      kept: {type: "integer", label: "Drafted tokens that are kept"},
      drafted: {type: "integer", label: "Drafted tokens"},
      draftPasses: {type: "integer", label: "Passes of the draft"},
    },
  },
  needs: DRAFT_NEEDS,
  sweep: DRAFTING.map((method) => ({method})),
  async run({prompt, method: id, depth, width, substitute, tokens}, {data}) {
    const ids = promptIds(prompt);
    const models = await draftModels(data, substitute);
    const method = decodingMethods.byId(id);
    const {draftName: _, ...pair} = await models.of(method);
    const values = valuesFor(method, {depth, width});
    const goal = {tokens, warp: GREEDY, random: randomStream(0, "one text")};
    const rounds = [...method.rounds(pair, ids, values, goal)];
    return {
      rows: rounds.flatMap(nodesOf),
      rounds: rounds.map(({written, accepted, drafted, draft}, round) => ({
        round,
        written: decodeText(Uint8Array.from(written)),
        kept: accepted,
        drafted,
        draftPasses: draft.passes,
        ...measured,
      })),
    };
  },
});

/** Every node of a round's tree. */
function nodesOf({tree, written, accepted}: Round, round: number) {
  const kept = keptNodes(tree, written.slice(0, accepted));
  return tree.tokens.map((token, node) => ({
    round,
    node,
    parent: node === 0 ? null : tree.parents[node],
    depth: tree.depths[node],
    word: decodeText(Uint8Array.of(token)),
    probability: tree.probabilities[node],
    isKept: kept.has(node),
    ...measured,
  }));
}

/** Nodes of the way whose tokens were kept; the root is part of it. */
function keptNodes(tree: Round["tree"], tokens: readonly number[]): ReadonlySet<number> {
  const last = tree.tokens.findIndex((_, node) => {
    const way = wayTo(tree, node);
    return way.length === tokens.length && way.every((at, i) => tree.tokens[at] === tokens[i]);
  });
  return new Set([0, ...wayTo(tree, last)]);
}
