/** Claims of Quest, H2O, SnapKV and StreamingLLM, judged on our decoders. */

import {gapPercent, intervalsOf, measured, perplexityOf, reported, spread} from "../evidence.js";
import {keptVerdict, marginVerdict} from "../rules.js";
import {changeOf, FULL, OUR_DECODERS, retrieval, type SelectionClaim} from "./evidence.js";

/** Ids of the papers. */
export const [QUEST, H2O, SNAPKV, STREAMING_LLM] = [
  "arXiv:2406.10774",
  "arXiv:2306.14048",
  "arXiv:2404.14469",
  "arXiv:2309.17453",
] as const;

const EIGHTH = "1/8 of the keys";

/** Claims of Quest. */
export const questClaims: readonly SelectionClaim[] = [
  {
    id: "quest-loss",
    paper: QUEST,
    place: "abstract, and the project's page, which gives the two speedups the other way round",
    statement:
      "Reading few pages speeds attention up 7.03 times with negligible loss on tasks with long dependencies.",
    kind: "measured",
    reads: [FULL, "Quest at 1/8"],
    reported: [
      reported("project's page", "speedup of self-attention", 7.03, "x"),
      reported("project's page", "lower latency", 2.23, "x"),
      reported("abstract", "speedup of self-attention", 2.23, "x"),
      reported("abstract", "lower latency", 7.03, "x"),
    ],
    ours: (found) =>
      found.flatMap((one) => [
        measured(
          one.model,
          "fewer bytes read at 1/8 of the keys, layer 0 dense",
          one.scores["Quest at 1/8"].fewerRead,
          "x",
        ),
        ...retrieval(one, "Quest at 1/8", EIGHTH),
      ]),
    judge: (_reported, ours) => keptVerdict(intervalsOf(ours, changeOf(EIGHTH))),
    why: `${OUR_DECODERS} Theirs keeps a few thousand keys out of 32 thousand, where a page of 16 is a small part; in our texts an eighth is two to four pages of 8, and a document holds many facts. Speed is not measured here, bytes are.`,
  },
];

const FIFTH = "a fifth of the keys";

/** Claims of H2O. */
export const h2oClaims: readonly SelectionClaim[] = [
  {
    id: "h2o-loss",
    paper: H2O,
    place: "abstract and section 5",
    statement: "A fifth of the cache is enough: recent keys and heavy hitters keep the model's accuracy.",
    kind: "measured",
    reads: [FULL, "H2O at 20 %"],
    reported: [
      reported("OPT, LLaMA and GPT-NeoX", "keys kept", 20, "%"),
      reported("OPT-6.7B and OPT-30B", "throughput over DeepSpeed, with 20 % heavy hitters", 29, "x"),
    ],
    ours: (found) => found.flatMap((one) => retrieval(one, "H2O at 20 %", FIFTH)),
    judge: (_reported, ours) => keptVerdict(intervalsOf(ours, changeOf(FIFTH))),
    why: `${OUR_DECODERS} Their tasks rarely ask for one fact among many; ours do. A fact has no attention before it is asked for, so it cannot be told from filler when the cache must choose, and evicted keys cannot be read again.`,
  },
];

const INSIDE = "1/8 of the prompt's keys, question inside the window";
const OUTSIDE = "1/8 of the prompt's keys, questions after the window";

/** Claims of SnapKV. */
export const snapKvClaims: readonly SelectionClaim[] = [
  {
    id: "snapkv-loss",
    paper: SNAPKV,
    place: "abstract",
    statement: "A compressed prompt takes 8.2 times less memory with a negligible drop in finding a needle.",
    kind: "measured",
    reads: [FULL, "SnapKV at 1/8", "questions, full model", "questions, SnapKV at 1/8"],
    reported: [
      reported("inputs of 16 thousand tokens", "less memory", 8.2, "x"),
      reported("inputs of 16 thousand tokens", "faster generation", 3.6, "x"),
    ],
    ours: (found) =>
      found.flatMap((one) => [
        measured(
          one.model,
          "less memory, the prompt's keys an eighth, layer 0 and the written half whole",
          one.scores["SnapKV at 1/8"].fewerKept,
          "x",
        ),
        ...retrieval(one, "questions, SnapKV at 1/8", INSIDE, "questions, full model"),
        ...retrieval(one, "SnapKV at 1/8", OUTSIDE),
      ]),
    judge: (_reported, ours) => keptVerdict(intervalsOf(ours, changeOf(INSIDE))),
    why: `${OUR_DECODERS} The verdict is about the paper's case: the question ends the prompt, inside the window that votes, and the answer's second token is the first that the compressed cache is asked for. Where questions come after the prompt was compressed, as in a conversation, keys that only a later question needs have no votes: shown beside it.`,
  },
];

const RECENT = "recent keys alone";
const WITH_SINKS = "4 first keys and recent ones";
/** Per cent by which perplexity must rise to count as broken: to twice what it is. */
const BROKEN = 100;
const GAP = "above a window with the first keys";

/** Claims of StreamingLLM. */
export const streamingLlmClaims: readonly SelectionClaim[] = [
  {
    id: "streamingllm-sinks",
    paper: STREAMING_LLM,
    place: "table 1",
    statement: "A window without the first tokens breaks the model; four of them make it whole.",
    kind: "measured",
    reads: [RECENT, WITH_SINKS],
    reported: [
      reported("Llama-2-13B, PG19", "perplexity, 1024 recent keys", 5158.07, "perplexity"),
      reported("Llama-2-13B, PG19", "perplexity, 4 first and 1020 recent keys", 5.4, "perplexity"),
    ],
    ours: (found) =>
      found.flatMap(({model, scores}) => [
        ...[RECENT, WITH_SINKS].map((name) =>
          measured(model, `perplexity, ${name}, a quarter of all`, perplexityOf(scores[name]), "perplexity"),
        ),
        spread(model, `${GAP}, ${RECENT}`, gapPercent(scores[RECENT], scores[WITH_SINKS]), "%"),
      ]),
    judge: (_reported, ours) => marginVerdict(intervalsOf(ours, GAP), BROKEN),
    why: `${OUR_DECODERS} Large models put attention that they do not need elsewhere on the first tokens. Ours have not learned to: without the first four perplexity rises by a tenth or so, where it must double to count as broken.`,
  },
];
