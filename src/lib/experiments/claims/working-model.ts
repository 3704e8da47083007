import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import type {PreparedModel} from "../../engine/prepared-model.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds, EVAL_SEEDS, type EvalText} from "../../evaluate/eval-texts.js";
import {memoized} from "../../evaluate/evaluate.js";
import {lossReduction, meanReduction, perplexityGap} from "../../evaluate/loss-reduction.js";
import {prepareModel} from "../../evaluate/prepare-model.js";
import {scorePair} from "../../evaluate/token-scores.js";
import {experiment} from "../../experiment/experiment.js";
import type {Format} from "../../formats/format.js";
import {mxfp4} from "../../formats/mx/mx.js";
import {nvfp4} from "../../formats/nvfp4/nvfp4.js";
import {razer} from "../../formats/razer/razer.js";
import {razerAct} from "../../formats/razer/razer-act.js";
import {averagePerplexity, razerV2Perplexities} from "../../reported/perplexity.js";
import {type Interval, scaleInterval} from "../../stats/interval.js";
import {mean} from "../../stats/moments.js";
import {type DecoderId, decoderWeights, SMALL_DECODERS} from "../shared/decoders.js";
import {type Claim, claimColumns, type Evidence, type Verdict} from "./claim.js";
import {intervalEvidence, measured, perplexityOf} from "./evidence.js";

/** From best to worst as Table 3 has them, each with what its paper means for activations. */
const RANKED = [
  {name: "FP16", weights: null, activations: null},
  {name: "RaZeR", weights: razer(), activations: razerAct()},
  {name: "NVFP4", weights: nvfp4(), activations: nvfp4()},
  {name: "MXFP4", weights: mxfp4, activations: mxfp4},
] as const satisfies readonly {name: string; weights: Format | null; activations: Format | null}[];

type Name = (typeof RANKED)[number]["name"];

/** The small decoder, and its twin with outlier channels: these are what language models have and small ones lack. */
const MODELS: readonly DecoderId[] = SMALL_DECODERS;

/** Mean negative log-likelihood and mean KL divergence to the float model of every document, in nats. */
interface Scores {
  readonly nll: Float64Array;
  readonly kl: Float64Array;
}

/** All formats' scores on one model, with activations of 16 or 4 bits. */
interface Found {
  readonly model: DecoderId;
  readonly activationBits: 16 | 4;
  readonly scores: Readonly<Record<Name, Scores>>;
}

type ModelClaim = Omit<Claim, "ours" | "judge"> & {
  readonly ours: (found: readonly Found[]) => readonly Evidence[];
  /** From intervals, decoder-small's first. */
  readonly judge: (found: readonly Found[]) => Verdict;
};

const paper = "arXiv:2501.04052v2";

const orderClaim = (activationBits: 16 | 4): ModelClaim => ({
  id: activationBits === 16 ? "model-order-weights" : "model-order-weights-activations",
  paper,
  place: activationBits === 16 ? "Table 3, weights only" : "Table 3, weights and activations",
  statement: `With ${activationBits === 16 ? "weights alone" : "weights and activations"} in four bits, FP16 beats RaZeR beats NVFP4 beats MXFP4.`,
  reported: RANKED.map(({name}) => ({
    subject: "eight Llama and Qwen models",
    quantity: `mean perplexity of ${name}`,
    value: printed(name, name === "FP16" ? 16 : activationBits),
    unit: "perplexity",
    provenance: "reported",
  })),
  ours: (found) =>
    found
      .filter((each) => each.activationBits === activationBits)
      .flatMap(({model, scores}) => [
        ...RANKED.map(({name}) =>
          measured(model, `perplexity of ${name}`, perplexityOf(scores[name]), "perplexity"),
        ),
        ...gaps(scores).flatMap(({better, worse, gap}) =>
          intervalEvidence(model, `perplexity of ${worse} above ${better}'s`, gap, "perplexity"),
        ),
      ]),
  judge: (found) =>
    orderVerdict(
      found
        .filter((each) => each.activationBits === activationBits)
        .map(({scores}) => gaps(scores).map(({gap}) => gap)),
    ),
  why: "Ours is a decoder of 200 thousand parameters on its own test documents and a copy of it with outlier channels, intervals over documents; theirs are large models on WikiText-2 and C4. The paper's scripts run MXFP4 with blocks of 16, its standard size of 32 is used here.",
});

/** Verdict on an order: every gap of every model above zero, also at the lower end of its interval. */
export function orderVerdict(models: readonly (readonly Interval[])[]): Verdict {
  const all = models.flat();
  if (all.some(({value}) => value <= 0))
    return all.some(({high}) => high < 0) ? "differs" : "cannot be judged here";
  return all.every(({low}) => low > 0) ? "agrees" : "same direction";
}

const reductionClaim = (activationBits: 16 | 4, value: number): ModelClaim => ({
  id: activationBits === 16 ? "model-reduction-weights" : "model-reduction-weights-activations",
  paper,
  place: "abstract; Table 3",
  statement: `With ${activationBits === 16 ? "weights alone" : "activations too"} in four bits, RaZeR loses ${value} % less perplexity than NVFP4.`,
  reported: [
    {
      subject: "eight Llama and Qwen models",
      quantity: "less perplexity lost than NVFP4",
      value,
      unit: "%",
      provenance: "reported",
    },
  ],
  ours: (found) =>
    found
      .filter((each) => each.activationBits === activationBits)
      .flatMap(({model, scores}) => [
        ...intervalEvidence(
          model,
          "less perplexity lost than NVFP4",
          scaleInterval(reductionOf(scores), 100),
          "%",
        ),
        ...intervalEvidence(
          model,
          "less KL divergence than NVFP4",
          scaleInterval(meanReduction(scores.RaZeR.kl, scores.NVFP4.kl), 100),
          "%",
        ),
      ]),
  judge: (found) =>
    reductionVerdict(
      found
        .filter((each) => each.activationBits === activationBits)
        .map(({scores}) => scaleInterval(reductionOf(scores), 100)),
      value,
    ),
  why: "The perplexity lost is a small difference of large numbers, so its reduction is uncertain even on the same documents; KL divergence sees the whole distribution and is sharper. Other models on other texts need not lose the same share.",
});

/**
 * `differs` if an interval lies below zero; `agrees` if all lie above it and hold the printed value; `same direction` if
 * all lie above zero; else nothing can be said.
 */
export function reductionVerdict(intervals: readonly Interval[], value: number): Verdict {
  if (intervals.some(({high}) => high < 0)) return "differs";
  if (!intervals.every(({low}) => low > 0)) return "cannot be judged here";
  return intervals.every(({low, high}) => low <= value && value <= high) ? "agrees" : "same direction";
}

const claims: readonly ModelClaim[] = [
  orderClaim(16),
  orderClaim(4),
  reductionClaim(16, 34.6),
  reductionClaim(4, 31.2),
];

/** Claims about perplexity, judged on a model that works, with intervals. */
export const workingModelClaims = experiment({
  id: "claims/working-model",
  title: "Claims about formats in models",
  question:
    "Is FP16 better than RaZeR, RaZeR than NVFP4, NVFP4 than MXFP4 in a working model, and by how much?",
  source: "the papers named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens. More narrow the intervals.",
      min: 2,
      max: 128,
      default: 32,
    },
  },
  columns: claimColumns,
  needs: SMALL_DECODERS.map((id) => `weights/${id}` as const),
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const texts = corpusSeeds({seeds: EVAL_SEEDS, documents}).flatMap((seed) => seed.texts);
    const found: Found[] = [];
    for (const [n, model] of MODELS.entries()) {
      const weights = decoderWeights(model, data);
      const baseline = memoized(await prepareModel(weights, {}, {backend: wasmBackend}));
      for (const activationBits of [16, 4] as const) {
        const tell = (share: number, name: string) =>
          progress(
            (n + (activationBits === 16 ? 0 : 0.2) + share * (activationBits === 16 ? 0.2 : 0.8)) / 2,
            name,
          );
        const scores = await rankedScores(weights, activationBits, {baseline, texts, tell});
        found.push({model, activationBits, scores});
      }
    }
    return claims.flatMap(({id, statement, paper, place, reported, ours, judge, why}) => {
      const shared = {claim: id, statement, paper, place, verdict: judge(found), why};
      return [...reported, ...ours(found)].map((evidence) => ({...shared, ...evidence}));
    });
  },
});

type Logits = Pick<PreparedModel, "logits">;

interface Measuring {
  readonly baseline: Logits;
  readonly texts: readonly EvalText[];
  readonly tell: (share: number, what: string) => Promise<void>;
}

async function rankedScores(
  weights: DecoderWeights,
  activationBits: 16 | 4,
  {baseline, texts, tell}: Measuring,
): Promise<Found["scores"]> {
  const scores: Partial<Record<Name, Scores>> = {};
  for (const [n, {name, weights: format, activations}] of RANKED.entries()) {
    const setup = {
      ...(format && {weights: format}),
      ...(activations && activationBits === 4 && {activations}),
    };
    const model = await prepareModel(weights, setup, {backend: wasmBackend});
    scores[name] = await scoresOf(model, {
      baseline,
      texts,
      tell: (share) => tell((n + share) / RANKED.length, name),
    });
  }
  return scores as Found["scores"];
}

async function scoresOf(model: Logits, {baseline, texts, tell}: Measuring): Promise<Scores> {
  const nll = new Float64Array(texts.length);
  const kl = new Float64Array(texts.length);
  for (const [i, {tokens}] of texts.entries()) {
    await tell(i / texts.length, "");
    const read = tokens.slice(0, -1);
    const pair = scorePair(baseline.logits(read), model.logits(read), tokens.slice(1));
    nll[i] = -mean(pair.model.logProbs);
    kl[i] = mean(pair.kl);
  }
  return {nll, kl};
}

function gaps(scores: Found["scores"]): {better: Name; worse: Name; gap: Interval}[] {
  return RANKED.slice(1).map(({name: worse}, i) => {
    const better = RANKED[i].name;
    return {better, worse, gap: perplexityGap(scores[worse].nll, scores[better].nll)};
  });
}

const reductionOf = ({RaZeR, NVFP4, FP16}: Found["scores"]) => lossReduction(RaZeR.nll, NVFP4.nll, FP16.nll);

function printed(method: Name, activationBits: number): number {
  return averagePerplexity(
    razerV2Perplexities.filter((row) => row.method === method && row.activationBits === activationBits),
  );
}
