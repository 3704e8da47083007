import type {Claim, Evidence, Verdict} from "../claim.js";
import {measured, reported, valuesOf} from "../evidence.js";
import {limitVerdict, notTried} from "../rules.js";
import type {DecodingFound, MaskCounts} from "./evidence.js";

const paper = "arXiv:2411.15100";
/** Per cent of the vocabulary. */
const LIMIT = 1;
const CHECKED = "of the vocabulary is checked";

const subject = ({tokens}: MaskCounts) => `any JSON, a vocabulary of ${tokens} tokens`;

const contextDependent: Claim<DecodingFound> = {
  id: "xgrammar-context-dependent",
  paper,
  place: "section 3.1",
  statement: "Less than 1 % of the tokens depend on more of the stack than its top.",
  kind: "measured",
  reported: [reported("JSON, Llama 3.1", "of the vocabulary", LIMIT, "%")],
  ours: ({masks}): Evidence[] => [
    measured(subject(masks), `mean ${CHECKED}`, 100 * masks.share, "%"),
    measured(subject(masks), "without callers' continuations", 100 * masks.shareUnexpanded, "%"),
  ],
  judge: (_reported, ours) => limitVerdict(valuesOf(ours, `mean ${CHECKED}`), LIMIT),
  why: "Ours is a mean over places in records of JSON; the vocabulary is smaller and was trained on the code and prose of this project.",
};

const speed: Claim<DecodingFound> = {
  id: "xgrammar-speed",
  paper,
  place: "abstract",
  statement: "Masks are made up to 100 times as fast as by engines before it.",
  kind: "measured",
  reported: [reported("JSON and context-free grammars", "times as fast at most", 100, "x")],
  ours: ({masks}): Evidence[] => [
    measured(subject(masks), "times fewer tokens checked", 1 / masks.share, "x"),
    measured(subject(masks), "places with the mask of checking all", 100 * masks.same, "%"),
  ],
  judge: (_reported, ours): Verdict => {
    const [fewer] = valuesOf(ours, "times fewer");
    if (fewer === undefined) return "open";
    return fewer > 1 ? "same direction" : "differs";
  },
  why: "We count tokens that are checked; the masks themselves also cost a pass over their bits. Times stand on the page of speed: ours beside XGrammar's own engine, and beside llama.cpp's grammars, which try every token and are among the engines of the paper.",
};

const overhead: Claim<DecodingFound> = {
  id: "xgrammar-overhead",
  paper,
  place: "abstract",
  statement: "Beside a model on a GPU, structured output costs nearly nothing from end to end.",
  kind: "open",
  reported: [reported("with an engine for large models", "no number is in the abstract", null, "")],
  ours: () => [],
  judge: notTried,
  why: "Nothing was run beside a model on a GPU.",
};

/** Claims of XGrammar. */
export const xgrammarClaims: readonly Claim<DecodingFound>[] = [contextDependent, speed, overhead];
