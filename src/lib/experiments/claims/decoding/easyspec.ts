import {fuzzyDraftSeconds} from "../../../decoding/easyspec/draft-time.js";
import type {Claim} from "../claim.js";
import {intervalsOf, modelled, reported, scaled, spread} from "../evidence.js";
import {atMostVerdict, notTried} from "../rules.js";
import {
  acceptanceLost,
  type DecodingFound,
  samenessOf,
  sameTexts,
  speedsWithin,
  tokensOf,
} from "./evidence.js";

const paper = "arXiv:2502.02493";

/** Layers of an 8-billion draft, four attentions at once. */
const LAYERS = 32;
const AT_ONCE = 4;
const EQUAL = {attentionSeconds: 1, networkSeconds: 1};

const lossless: Claim<DecodingFound> = {
  id: "easyspec-lossless",
  paper,
  place: "abstract",
  statement: "Drafts whose layers are computed side by side do not change what the model writes.",
  kind: "measured",
  reported: [reported("Llama 3 and Qwen 2", "no number is given", null, "")],
  ours: ({drafts: {easyspec}}) => [...samenessOf(easyspec), tokensOf(easyspec)],
  judge: sameTexts,
  why: "Our small decoder drafts with the attentions of three of its four layers computed at once; each greedy text of the large one is compared with that of plain decoding, token by token.",
};

const accuracy: Claim<DecodingFound> = {
  id: "easyspec-accuracy",
  paper,
  place: "abstract",
  statement: "Layers computed side by side draft less exactly, by at most 7 %.",
  kind: "measured",
  reported: [reported("pairs of one series", "accuracy of drafts lost, at most", 7, "%")],
  ours: ({drafts}) => [
    spread(
      "decoder-small for decoder-large, three of four attentions at once",
      "share of kept drafts lost",
      scaled(acceptanceLost(drafts.easyspec, drafts["dynamic-tree"]), 100),
      "%",
    ),
  ],
  judge: (_reported, ours) => atMostVerdict(intervalsOf(ours, "share of kept drafts lost"), 7),
  why: "The share of drafted tokens that are kept, against the same tree drafted layer by layer. Three of our draft's four layers are a larger part of it than a run of layers is in the paper's.",
};

const draftSpeed: Claim<DecodingFound> = {
  id: "easyspec-draft-speed",
  paper,
  place: "abstract",
  statement: "Drafting is up to 1.62 times as fast.",
  kind: "modelled",
  reported: [reported("pairs of one series on eight devices", "times as fast", 1.62, "x")],
  ours: () => [
    modelled(
      `${LAYERS} layers, ${AT_ONCE} attentions at once, attention and network equally long`,
      "times as fast as layer by layer",
      fuzzyDraftSeconds(LAYERS, 1, EQUAL) / fuzzyDraftSeconds(LAYERS, AT_ONCE, EQUAL),
      "x",
    ),
  ],
  judge: speedsWithin,
  why: "A model of the time, with two assumptions of ours: attention and network of a layer take equally long, and four attentions are computed at once. With shorter attentions less is gained.",
};

const speed: Claim<DecodingFound> = {
  id: "easyspec-speed",
  paper,
  place: "abstract",
  statement: "Texts come up to 4.17 times as fast as with plain decoding.",
  kind: "open",
  reported: [reported("pairs of one series on eight devices", "times as fast", 4.17, "x")],
  ours: () => [],
  judge: notTried,
  why: "Eight devices were not there, and the times of the paper's passes are not in its abstract.",
};

/** Claims of EasySpec. */
export const easySpecClaims: readonly Claim<DecodingFound>[] = [lossless, accuracy, draftSpeed, speed];
