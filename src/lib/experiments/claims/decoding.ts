import type {Round} from "../../decoding/decoding-run.js";
import {hamburger} from "../../decoding/hamburger/hamburger.js";
import {sliding} from "../../decoding/hamburger/segmentation.js";
import {decodingMethods} from "../../decoding/registry.js";
import {layerSchedules} from "../../decoding/skipping/registry.js";
import {readSkipping} from "../../decoding/skipping/skipped-reading.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {type DataSets, experiment, type TensorSet} from "../../experiment/experiment.js";
import type {DocumentSums} from "../../stats/documents.js";
import type {Interval} from "../../stats/interval.js";
import {mean} from "../../stats/moments.js";
import {ARITHMETIC_NEEDS} from "../decoding/arithmetic-models.js";
import {DRAFT_NEEDS, draftModels, PAPERS_SUBSTITUTE} from "../decoding/draft-models.js";
import {
  type DocumentRounds,
  draftPrompts,
  plainTexts,
  roundCells,
  roundsOf,
} from "../decoding/draft-rounds.js";
import {grammarMasks} from "../decoding/grammar-masks.js";
import {GROUP_NEEDS, writtenGroups} from "../decoding/groups.js";
import {REPOSITORY_TOKENS, VOCABULARY_NEEDS, type VocabularyData} from "../decoding/repository-vocabulary.js";
import {segmentation} from "../decoding/segmentation.js";
import {testTexts} from "../shared/decoder-texts.js";
import {claimColumns} from "./claim.js";
import {draftClaims} from "./decoding/drafts.js";
import {easySpecClaims} from "./decoding/easyspec.js";
import type {
  DecodingFound,
  DraftRun,
  GroupRun,
  MaskCounts,
  SkipLosses,
  WrittenRun,
} from "./decoding/evidence.js";
import {hamburgerClaims} from "./decoding/hamburger.js";
import {skippingClaims} from "./decoding/skipping.js";
import {splitReasonClaims} from "./decoding/split-reason.js";
import {splitRuns} from "./decoding/split-runs.js";
import {subspecClaims} from "./decoding/subspec.js";
import {trainedDraftClaims} from "./decoding/trained-drafts.js";
import {xgrammarClaims} from "./decoding/xgrammar.js";
import {ledgerRows} from "./ledger-rows.js";

/** Claims of papers on decoding. */
export const DECODING_CLAIMS = [
  ...subspecClaims,
  ...draftClaims,
  ...easySpecClaims,
  ...trainedDraftClaims,
  ...hamburgerClaims,
  ...splitReasonClaims,
  ...skippingClaims,
  ...xgrammarClaims,
];

/** A tree that takes few passes of the draft. */
const SMALL_TREE = {depth: 3, width: 2, nodes: 6};

/** Methods that claims are judged by, and settings that keep 201 documents within a minute. */
const RUNS = {
  "speculative-sampling": {},
  subspec: {depth: 8, width: 2},
  "token-recycling": {},
  "dynamic-tree": SMALL_TREE,
  easyspec: SMALL_TREE,
  medusa: {},
  "medusa-typical": {},
  ppd: {inputs: 32},
} as const;

/** Claims of papers on decoding with drafts, judged on decoders of ours and by models of time. */
export const decodingClaims = experiment({
  id: "claims/decoding",
  title: "Claims about decoding",
  question:
    "Do drafts leave what a model writes unchanged, and are the printed speeds what their constants give?",
  source: "the papers named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 2,
      max: 67,
      default: 67,
    },
    tokens: {kind: "integer", label: "Tokens written after each prompt", min: 4, max: 64, default: 8},
    problems: {
      kind: "integer",
      label: "Problems of arithmetic",
      help: "More documents give narrower intervals.",
      min: 12,
      max: 2000,
      default: 500,
    },
  },
  columns: claimColumns,
  needs: [...DRAFT_NEEDS, ...VOCABULARY_NEEDS, ...ARITHMETIC_NEEDS],
  sweep: [{}],
  async run({documents, tokens, problems}, {data, progress}) {
    const models = await draftModels(data, PAPERS_SUBSTITUTE);
    const skipped = skipLosses(models.target, Math.min(documents, SKIPPED_DOCUMENTS));
    const prompts = draftPrompts(documents, "tasks");
    const plain = plainTexts(models.target, tokens);
    const drafts: Record<string, DraftRun> = {};
    for (const [n, [id, values]] of Object.entries(RUNS).entries()) {
      const method = decodingMethods.byId(id);
      const {draftName: _, ...pair} = await models.of(method);
      const told = (share: number) => progress((n + share) / Object.keys(RUNS).length, method.label);
      const goal = {tokens, temperature: 0, told};
      const texts = await roundsOf(method, pair, values, prompts, plain, goal);
      const cells = roundCells(texts);
      const [low, high] = [cells.tokensPerPassLow ?? Number.NaN, cells.tokensPerPassHigh ?? Number.NaN];
      drafts[id] = {
        tokensPerPass: {value: cells.tokensPerPass, low, high},
        documents: cells.documents,
        same: cells.same ?? 0,
        kept: roundSums(
          texts,
          ({accepted}) => accepted,
          ({drafted}) => drafted,
        ),
        perPass: roundSums(
          texts,
          ({written}) => written.length,
          () => 1,
        ),
      };
    }
    const segmented = await slidingGroups(
      Math.min(documents, GROUPED_DOCUMENTS),
      data.get("weights/decoder-large"),
    );
    const written = await groupTexts(Math.min(documents, GROUPED_DOCUMENTS), data);
    const split = await splitRuns(data, problems, (share) => progress(share, "arithmetic by two models"));
    const found: DecodingFound = {drafts, skipped, segmented, written, split, masks: await maskCounts(data)};
    return ledgerRows(DECODING_CLAIMS, found);
  },
});

/** Counts of the masks of JSON over the whole vocabulary of the repository. */
async function maskCounts(data: VocabularyData): Promise<MaskCounts> {
  const loaded = new Map(VOCABULARY_NEEDS.map((name) => [name, data.get(name)]));
  const rows = await grammarMasks.run({grammar: "json", sizes: [REPOSITORY_TOKENS]}, {data: loaded});
  const [, unexpanded, expanded] = rows;
  const {tokens, same, places, checkedShare: share} = expanded;
  return {tokens, share, shareUnexpanded: unexpanded.checkedShare, same: same / places};
}

/** Sums over the rounds of each document, and the numbers that they are shares of. */
function roundSums(
  texts: readonly DocumentRounds[],
  part: (round: Round) => number,
  whole: (round: Round) => number,
): DocumentSums {
  const total = (of: (round: Round) => number) =>
    texts.map(({rounds}) => rounds.reduce((sum, round) => sum + of(round), 0));
  return {sums: total(part), sizes: total(whole)};
}

/** Documents of each seed that are parted into groups. */
const GROUPED_DOCUMENTS = 16;

/** Groups by the sliding rule at its own threshold. */
async function slidingGroups(documents: number, weights: TensorSet): Promise<GroupRun> {
  const data = new Map([["weights/decoder-large", weights]]);
  const rows = await segmentation.run({rules: [sliding.id], documents}, {data});
  const row = rows.find(({confidence}) => confidence === sliding.confidence)!;
  const {tokensPerStep: value, tokensPerStepLow: low, tokensPerStepHigh: high, foreseen} = row;
  return {value, low: low ?? Number.NaN, high: high ?? Number.NaN, documents: row.documents, foreseen};
}

/** Texts in groups at the confidence of the authors' code. */
async function groupTexts(count: number, data: Pick<DataSets, "get">): Promise<WrittenRun> {
  const loaded = new Map(GROUP_NEEDS.map((name) => [name, data.get(name)!]));
  const confidences = [hamburger.params.confidence.default];
  const [row] = await writtenGroups.run({confidences, count, tokens: 32}, {data: loaded});
  const interval = (value: number, low: number | null, high: number | null): Interval => ({
    value,
    low: low ?? Number.NaN,
    high: high ?? Number.NaN,
  });
  const percent = (nats: number | null) => nats && 100 * Math.expm1(nats);
  return {
    documents: row.documents,
    tokens: interval(row.tokensPerStep, row.tokensPerStepLow, row.tokensPerStepHigh),
    weightsRead: row.weightsRead,
    own: row.own,
    perplexityLost: interval(
      100 * Math.expm1(row.lossAbove),
      percent(row.lossAboveLow),
      percent(row.lossAboveHigh),
    ),
  };
}

/** Documents of each seed that are read with half of the layers. */
const SKIPPED_DOCUMENTS = 8;

/** Losses of the tokens after the prompt, with all layers and with half of them. */
function skipLosses(model: Decoder, documents: number): SkipLosses {
  const texts = testTexts(model.config, {documents});
  const prompt = Math.floor(model.config.maxPositions / 2);
  const losses = (id: string, speedup: number) => ({
    nll: Float64Array.from(texts, ({tokens}) => {
      const ids = tokens.slice(0, -1);
      const logits = readSkipping(model, ids, {schedule: layerSchedules.byId(id), speedup, prompt});
      const targets = tokens.slice(1).map((token, t) => (t < prompt ? -1 : token));
      return -mean(scoreTokens(logits, targets).logProbs);
    }),
  });
  return {
    whole: losses("unified-skip", 1),
    unified: losses("unified-skip", 2),
    skipDecode: losses("skip-decode", 2),
  };
}
