import type {EvalText} from "../../evaluate/eval-texts.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {experiment, type Work} from "../../experiment/experiment.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {DECODER_IDS, DECODER_NEEDS, type DecoderId, decoderWeights} from "../shared/decoders.js";
import {claimColumns} from "./claim.js";
import {CSKV, cskvClaims} from "./kv-caches/cskv.js";
import {type CacheClaim, type Found, FULL, FULL_AFTER_PROMPT, type Scores} from "./kv-caches/evidence.js";
import {KIVI, kiviClaims} from "./kv-caches/kivi.js";
import {KSORT, ksortClaims} from "./kv-caches/ksort-bfp.js";
import {MINICACHE, miniCacheClaims} from "./kv-caches/minicache.js";
import {MLA, mlaClaims} from "./kv-caches/mla.js";
import {RAZER_V1, razerV1CacheClaims} from "./kv-caches/razer-v1.js";
import {cacheReading, READINGS, type Reading, type ReadingSetting} from "./kv-caches/readings.js";
import {SPARAMX, sparamxCacheClaims} from "./kv-caches/sparamx.js";
import {TURBOQUANT, turboQuantClaims} from "./kv-caches/turboquant.js";
import {XKV, xkvClaims} from "./kv-caches/xkv.js";
import {ledgerRows, paperParam} from "./ledger-rows.js";

/** Claims on caches by paper. */
export const CACHE_CLAIMS = {
  [XKV]: xkvClaims,
  [MINICACHE]: miniCacheClaims,
  [MLA]: mlaClaims,
  [KIVI]: kiviClaims,
  [CSKV]: cskvClaims,
  [KSORT]: ksortClaims,
  [TURBOQUANT]: turboQuantClaims,
  [SPARAMX]: sparamxCacheClaims,
  [RAZER_V1]: razerV1CacheClaims,
} as const satisfies Readonly<Record<string, readonly CacheClaim[]>>;

const papers = [XKV, MINICACHE, MLA, KIVI, CSKV, KSORT, TURBOQUANT, SPARAMX, RAZER_V1] as const;
type Paper = (typeof papers)[number];

/** Claims of papers on smaller caches, judged on decoders that find facts in their context. */
export const kvCacheClaims = experiment({
  id: "claims/kv-caches",
  title: "Claims about smaller caches",
  question: "Do shared, merged, quantized, shrunk and pruned caches keep what their papers say they keep?",
  source: "the papers named in each row",
  params: {
    paper: paperParam(papers),
    documents: {
      kind: "integer",
      label: "Documents of each decoder for each of three seeds",
      help: "Of 128 tokens; the large one reads twice as long ones. More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 8,
    },
  },
  columns: claimColumns,
  needs: DECODER_NEEDS,
  needsOf: ({paper}) => modelsOf(paper).map((model) => `weights/${model}` as const),
  sweep: papers.map((paper) => ({paper})),
  async run({paper, documents}, {data, progress}) {
    const claims: readonly CacheClaim[] = CACHE_CLAIMS[paper];
    const models = modelsOf(paper);
    const found: Found[] = [];
    for (const [n, model] of models.entries()) {
      const decoder = await openedDecoder(model, data);
      const setting = {decoder, weights: decoderWeights(model, data)};
      const tell = (share: number, name?: string) =>
        progress((n + share) / models.length, `${name}, ${model}`);
      const texts = testTexts(decoder.config, {documents});
      found.push({model, scores: await readingScores(readingsOf(claims, model, setting), texts, tell)});
    }
    return ledgerRows(claims, found);
  },
});

const isBaseline = (name: string) => name === FULL || name === FULL_AFTER_PROMPT;

/** Decoders that some reading of a paper's claims is about; caches of the registry are read on all. */
function modelsOf(paper: Paper): DecoderId[] {
  const claims: readonly CacheClaim[] = CACHE_CLAIMS[paper];
  if (claims.some(({caches}) => caches !== undefined)) return [...DECODER_IDS];
  const named = claims.flatMap(({reads}) => reads).filter((name) => !isBaseline(name));
  return DECODER_IDS.filter((model) => named.some((name) => READINGS[name].models.includes(model)));
}

/** The readings of claims on one decoder. */
function readingsOf(
  claims: readonly CacheClaim[],
  model: DecoderId,
  setting: ReadingSetting,
): Record<string, Reading> {
  const names = new Set(claims.flatMap(({reads}) => reads));
  const own = [...names].filter((name) => READINGS[name].models.includes(model));
  const caches = claims.flatMap(({caches: named = {}}) => Object.entries(named));
  return {
    ...Object.fromEntries(own.map((name) => [name, READINGS[name].make(setting)])),
    ...Object.fromEntries(
      caches.flatMap(([name, id]) => {
        const reading = cacheReading(id, setting);
        return reading === null ? [] : [[name, reading]];
      }),
    ),
  };
}

async function readingScores(
  readings: Readonly<Record<string, Reading>>,
  texts: readonly EvalText[],
  progress: Work["progress"],
): Promise<Found["scores"]> {
  const scores: Record<string, Scores> = {};
  const all = Object.entries(readings);
  for (const [n, [name, reading]] of all.entries()) {
    const tell = (share: number) => progress((n + share) / all.length, name);
    scores[name] = await scoresOf(reading, texts, tell);
  }
  return scores;
}

async function scoresOf(
  {logits, timesSmaller}: Reading,
  texts: readonly EvalText[],
  tell: (share: number) => Promise<void>,
): Promise<Scores> {
  const nll = new Float64Array(texts.length);
  const right: boolean[][] = [];
  for (const [i, {tokens, answers}] of texts.entries()) {
    await tell(i / texts.length);
    const read = logits(tokens.slice(0, -1));
    const from = tokens.length - read.shape[0];
    const {logProbs, topTokens} = scoreTokens(read, tokens.slice(from));
    const counted = answers.filter((at) => at >= from);
    right.push(counted.map((at) => topTokens[at - from] === tokens[at]));
    nll[i] = -logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
  }
  return {nll, right, ...(timesSmaller && {timesSmaller: timesSmaller()})};
}
