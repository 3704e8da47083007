import {type DecoderWeights, inputGroups} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds, EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {evaluateModel, type Measured, memoized} from "../../evaluate/evaluate.js";
import {fisherCurvature} from "../../evaluate/fisher-curvature.js";
import {prepareModel} from "../../evaluate/prepare-model.js";
import {experiment} from "../../experiment/experiment.js";
import {packedBytes} from "../../formats/format.js";
import {switched} from "../../formats/switches/switched-format.js";
import {choiceOf, greedyChoice, type WholeChoice} from "../../plan/greedy-choice.js";
import type {Groups} from "../../plan/groups.js";
import {cheapestChoice} from "../../plan/knapsack.js";
import {roundToNearest} from "../../quant/rtn.js";
import {tensorError} from "../../tensor/error.js";
import type {Tensor} from "../../tensor/tensor.js";
import {decoderWeights, SMALL_DECODERS} from "../shared/decoders.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";

/** Widths that a matrix may have. */
const WIDTHS = [2, 3, 4, 5, 6, 8] as const;
/** Mean widths whose bytes are dealt out; a whole one is also taken by all matrices alike. */
const BUDGETS = [2.5, 3, 3.5, 4, 5, 6] as const;
/** Width at which the estimated damage of a matrix stands beside the measured one. */
const PROBED = 3;
/** Ways to give bits to matrices. */
export const WAYS = ["exact", "greedy", "uniform"] as const;

/** A matrix in every width. */
interface Matrix {
  readonly layer: number;
  readonly matrix: string;
  readonly name: string;
  readonly weight: Tensor;
  readonly rounded: readonly {readonly weight: Tensor; readonly bytes: number; readonly squares: number}[];
}

function matricesOf(weights: DecoderWeights): Matrix[] {
  return inputGroups(weights).flatMap(({layer, readers}) =>
    readers.map((name): Matrix => {
      const weight = weights.tensors.get(name)!;
      const rounded = WIDTHS.map((bits) => {
        const {packed, weight: values} = roundToNearest(
          weight,
          switched({bits, levels: "full", range: "mse"}),
        );
        const {mse} = tensorError(weight.data, values.data);
        return {weight: values, bytes: packedBytes(packed), squares: mse * weight.data.length};
      });
      return {layer, matrix: name.split(".").at(-2)!, name, weight, rounded};
    }),
  );
}

/** The model with some tensors replaced. */
type Variant = (changed: ReadonlyMap<string, Tensor>) => ReturnType<typeof prepareModel>;

const variantsOf =
  ({config, tensors}: DecoderWeights): Variant =>
  (changed) =>
    prepareModel({config, tensors: new Map([...tensors, ...changed])}, {}, {backend: wasmBackend});

/** Mean KL divergence from the model as it is, when some tensors are replaced. */
type Divergence = (changed: ReadonlyMap<string, Tensor>) => Promise<number>;

/** Mean eigenvalue of a matrix, and the divergence that it does when it alone has few bits. */
async function sensitivityOf({name, weight, rounded}: Matrix, divergence: Divergence, probes: number) {
  const alone = (tensor: Tensor) => divergence(new Map([[name, tensor]]));
  const {value, standardError} = await fisherCurvature(weight, alone, {probes});
  const few = rounded[WIDTHS.indexOf(PROBED)].weight;
  return {curvature: value, curvatureError: standardError, alone: await alone(few)};
}

type Sensitivity = Awaited<ReturnType<typeof sensitivityOf>>;

/** Estimated divergence of a matrix in each width: half its mean eigenvalue times the squared error. */
const damagesOf = ({rounded}: Matrix, curvature: number) =>
  rounded.map(({bytes, squares}) => ({weight: bytes, cost: (curvature * squares) / 2}));

function uniformOf(groups: Groups, bits: number): WholeChoice | null {
  const width = (WIDTHS as readonly number[]).indexOf(bits);
  return width < 0
    ? null
    : choiceOf(
        groups,
        groups.map(() => width),
      );
}

/** Bytes of a mean width: those of whole widths, and between them on a line. */
function bytesOf(groups: Groups, bits: number): number {
  const below = uniformOf(groups, Math.floor(bits))!.weight;
  const above = uniformOf(groups, Math.ceil(bits))!.weight;
  return Math.floor(below + (bits - Math.floor(bits)) * (above - below));
}

function choicesOf(groups: Groups): {way: (typeof WAYS)[number]; budget: number; choice: WholeChoice}[] {
  return BUDGETS.flatMap((budget) => {
    const room = bytesOf(groups, budget);
    const found = {
      exact: cheapestChoice(groups, room),
      greedy: greedyChoice(groups, room),
      uniform: uniformOf(groups, budget),
    };
    return WAYS.flatMap((way) => {
      const choice = found[way];
      return choice === null ? [] : [{way, budget, choice}];
    });
  });
}

const replaced = (matrices: readonly Matrix[], chosen: readonly number[]): Map<string, Tensor> =>
  new Map(matrices.map(({name, rounded}, i) => [name, rounded[chosen[i]].weight]));

/** Bits for every matrix of a trained decoder by the curvature of what it predicts. */
export const mixedPrecision = experiment({
  id: "models/mixed-precision",
  title: "Bits for each matrix",
  question: "A file of fixed size: which matrices should have more bits, and what does the choice save?",
  source: "arXiv:2103.13630, section 4.2; HAWQ-V2, arXiv:1911.03852; multiple-choice knapsack, Pisinger 1995",
  params: {
    model: {
      kind: "choice",
      label: "Model",
      help: "Both compute the same function; the second has large values in a few channels.",
      options: SMALL_DECODERS,
      default: "decoder-small",
    },
    probes: {
      kind: "integer",
      label: "Random vectors for each matrix",
      min: 2,
      max: 16,
      default: 6,
      advanced: true,
    },
    choosing: {
      kind: "integer",
      label: "Training documents to choose by",
      help: "Of 128 tokens.",
      min: 1,
      max: 8,
      default: 3,
      advanced: true,
    },
    documents: {
      kind: "integer",
      label: "Test documents for each of three seeds",
      help: "Of 128 tokens.",
      min: 2,
      max: 16,
      default: 6,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    way: {type: "string", label: "Choice of the bits"},
    budget: {type: "number", label: "Bytes of so many bits for all"},
    bytes: {type: "integer", label: "Bytes of all matrices", provenance: "measured"},
    bitsPerWeight: {type: "number", label: "Size", unit: "bits per weight", provenance: "measured"},
    estimate: {
      type: "number",
      label: "KL divergence by curvature",
      unit: "nats",
      provenance: "modelled",
    },
    ...qualityColumns,
  },
  tables: {
    matrices: {
      model: {type: "string", label: "Model"},
      layer: {type: "integer", label: "Layer"},
      matrix: {type: "string", label: "Matrix"},
      weights: {type: "integer", label: "Weights"},
      curvature: {type: "number", label: "Mean eigenvalue", provenance: "measured"},
      curvatureError: {type: "number", label: "Its standard error over the vectors", provenance: "measured"},
      estimate: {
        type: "number",
        label: `KL divergence of ${PROBED} bits by curvature`,
        unit: "nats",
        provenance: "modelled",
      },
      alone: {
        type: "number",
        label: `KL divergence of ${PROBED} bits in this matrix alone`,
        unit: "nats",
        provenance: "measured",
      },
      bits: {type: "integer", label: `Bits in the exact choice at the size of ${PROBED}`},
    },
  },
  needs: SMALL_DECODERS.map((id) => `weights/${id}` as const),
  needsOf: ({model}) => [`weights/${model}`],
  sweep: SMALL_DECODERS.map((model) => ({model})),
  async run({model, probes, choosing, documents}, {data, progress}) {
    const weights = decoderWeights(model, data);
    const variant = variantsOf(weights);
    const baseline = memoized(await variant(new Map()));
    const matrices = matricesOf(weights);
    const divergence = divergenceOn(choosing, variant, baseline);
    const sensitivities: Sensitivity[] = [];
    for (const [n, each] of matrices.entries()) {
      await progress((0.5 * n) / matrices.length, `${each.matrix} of layer ${each.layer}`);
      sensitivities.push(await sensitivityOf(each, divergence, probes));
    }
    const groups = matrices.map((each, i) => damagesOf(each, sensitivities[i].curvature));
    const choices = choicesOf(groups);
    const seeds = corpusSeeds({seeds: EVAL_SEEDS, documents});
    const quality = memoizedByKey(async (chosen: readonly number[], step) => {
      const changed = await variant(replaced(matrices, chosen));
      return (await evaluateModel(changed, baseline, seeds, step)).pooled;
    });
    const rows = [];
    for (const [n, {way, budget, choice}] of choices.entries()) {
      const [from, to] = [n, n + 1].map((done) => 0.5 + (0.5 * done) / choices.length);
      const step = watched(progress, {from, to, what: `${way}, ${budget} bits`});
      const found = await quality(choice.chosen, step);
      rows.push({model, way, budget, ...sizeOf(choice, matrices), ...qualityCells(found), provenance});
    }
    const exact = choices.find(({way, budget}) => way === "exact" && budget === PROBED)!.choice;
    const found = matrices.map(({layer, matrix, weight}, i) => ({
      ...{model, layer, matrix, weights: weight.data.length},
      ...sensitivities[i],
      estimate: groups[i][WIDTHS.indexOf(PROBED)].cost,
      bits: WIDTHS[exact.chosen[i]],
      provenance,
    }));
    return {rows, matrices: found};
  },
});

const provenance = "measured" as const;

type Predictor = ReturnType<typeof memoized>;

/** Divergence on training documents, of which the choice is made. */
function divergenceOn(documents: number, variant: Variant, baseline: Predictor): Divergence {
  const texts = corpusCalibration(documents).map((tokens) => ({tokens, answers: []}));
  return async (changed) => {
    const {pooled} = await evaluateModel(await variant(changed), baseline, [{seed: 0, texts, samples: []}]);
    return pooled.comparison!.kl.mean.value;
  };
}

type Step = ReturnType<typeof watched>;

/** Equal choices are measured once. */
function memoizedByKey(measure: (chosen: readonly number[], step: Step) => Promise<Measured>) {
  const known = new Map<string, Measured>();
  return async (chosen: readonly number[], step: Step): Promise<Measured> => {
    const key = chosen.join(" ");
    const found = known.get(key) ?? (await measure(chosen, step));
    known.set(key, found);
    return found;
  };
}

function sizeOf({weight: bytes, cost}: WholeChoice, matrices: readonly Matrix[]) {
  const elements = matrices.reduce((sum, {weight}) => sum + weight.data.length, 0);
  return {bytes, bitsPerWeight: (8 * bytes) / elements, estimate: cost};
}
