import {requireInteger, requirePositive} from "../tensor/require.js";
import {
  type DecodingWay,
  type DraftCost,
  draftObstacle,
  requireWay,
  timesAsOften,
  withLayers,
} from "./decoding-way.js";
import {checkEnergy, type Energy, energyPrices, stepEnergy, totalEnergy} from "./energy.js";
import {draftBytes, type Footprint, fitMemory, footprint, peakActivations} from "./footprint.js";
import type {FormatChoice, Formats, Machine} from "./machine.js";
import {isCausal, type Model} from "./model.js";
import {type Operator, totalCounts} from "./operator.js";
import {
  type Prices,
  pricesOf,
  type Roofline,
  type RooflineOptions,
  roofline,
  type Sparsity,
  sparseSpeed,
  stepSeconds,
} from "./roofline.js";
import {buildOperators} from "./workload/build.js";
import {decode, prefill, type Step} from "./workload/step.js";

/** Work for a model: `batch` sequences, each with a prompt and an answer. */
export interface Workload {
  readonly batch: number;
  readonly prompt: number;
  /** Tokens to generate. */
  readonly output: number;
}

/** Everything that decides a cost. */
export interface Composition {
  readonly model: Model;
  readonly machine: Machine;
  readonly workload: Workload;
  readonly formats: Formats;
  readonly sparsity?: Sparsity | null;
  /** Drafts that are verified, or layers left out; absent: one token a pass of all layers. */
  readonly decoding?: DecodingWay | null;
  /** Shares of the data sheet's rates that the machine reaches; absent: all of them, so every time is a lower bound. */
  readonly efficiency?: Omit<RooflineOptions, "sparsity">;
  /** Watts drawn whatever is done. */
  readonly staticWatts?: number;
}

/** The numbers a composition is compared by; all modelled. */
export interface Figures {
  /** Bytes. */
  readonly memory: number;
  /** Seconds until the prompt is read. */
  readonly timeToFirstToken: number;
  /** Seconds a token of one sequence, halfway through the answer. */
  readonly timePerToken: number;
  /** Tokens a second of all sequences together while decoding. */
  readonly tokensPerSecond: number;
  /** Joules a generated token of one sequence, the prompt's share not counted. */
  readonly joulesPerToken: number;
}

/** Reason why a composition cannot be. */
export interface Refusal {
  readonly kind: "does-not-fit" | "no-rate" | "no-decode" | "no-drafts";
  readonly reason: string;
}

/** A composition's numbers with their breakdown, or why there are none. */
export type Composed =
  | {readonly refused: Refusal; readonly figures: null}
  | {
      readonly refused: null;
      readonly figures: Figures;
      readonly footprint: Footprint;
      readonly prefill: {readonly roofline: Roofline; readonly energy: Energy};
      /** Passes of the model, their part of one token. */
      readonly decode: {readonly roofline: Roofline; readonly energy: Energy};
      /** Passes of the draft, their part of one token, at prices of their own; null without a draft. */
      readonly draft: {readonly roofline: Roofline; readonly energy: Energy; readonly prices: Prices} | null;
      readonly prices: Prices;
    };

/** Prompts are read in chunks of at most this many tokens where only memory is asked. */
const PREFILL_CHUNK = 2048;

const chunkOf = ({prompt}: Pick<Workload, "prompt">): number => Math.min(prompt, PREFILL_CHUNK);

interface Steps {
  readonly prefill: readonly Operator[];
  readonly decode: readonly Operator[];
  readonly draft: readonly Operator[];
  /** Elements of the largest operator of a chunk of the prompt. */
  readonly peak: number;
}

function stepsOf(model: Model, {batch, prompt, output}: Workload, way: DecodingWay | null = null): Steps {
  requireInteger("compose", "batch", batch, 1);
  requireInteger("compose", "prompt", prompt, 1);
  requireInteger("compose", "output", output, 1);
  const step = decode(batch, prompt + Math.floor(output / 2));
  return {
    prefill: buildOperators(model, prefill(batch, prompt)),
    decode: way === null ? buildOperators(model, step) : verifying(model, step, way),
    draft: way === null || way.draft === null ? [] : drafting(model, step, way, way.draft),
    peak: peakActivations(buildOperators(model, prefill(batch, chunkOf({prompt})))),
  };
}

/** Operators of a pass that verifies, their part of one token. */
function verifying(model: Model, step: Step, {layers, verified, tokensPerPass}: DecodingWay): Operator[] {
  const pass: Step = {...step, tokens: 1 + Math.round(verified), logits: "all"};
  return timesAsOften(buildOperators(withLayers(model, layers), pass), 1 / tokensPerPass);
}

/** Operators of the draft's passes, their part of one token. */
function drafting(model: Model, step: Step, {tokensPerPass}: DecodingWay, draft: DraftCost): Operator[] {
  const pass: Step = {...step, tokens: draft.tokens, logits: "all"};
  return timesAsOften(buildOperators(withLayers(model, draft.layers), pass), draft.passes / tokensPerPass);
}

/** Formats of a draft: embedding and head are the model's. */
function draftFormats(formats: Formats, {weights}: DraftCost): Formats {
  const {embeddings = formats.weights} = formats;
  return weights === null ? formats : {...formats, weights, embeddings};
}

function requireFormats(formats: Formats, sparsity: Sparsity | null): void {
  for (const [role, choice] of Object.entries(formats) as [string, FormatChoice][]) {
    requirePositive("compose", `${role} ${choice.id}: bitsPerElement`, choice.bitsPerElement);
  }
  if (sparsity === null) return;
  requireInteger("compose", "sparsity m", sparsity.m, 1);
  requireInteger("compose", "sparsity n", sparsity.n, 1);
  if (sparsity.n > sparsity.m) {
    throw new RangeError(`compose: sparsity n must be at most m = ${sparsity.m}, got ${sparsity.n}`);
  }
}

/** Prices, or why the machine has none for these formats. */
function tryPrices(machine: Machine, formats: Formats, options: RooflineOptions): Prices | Refusal {
  try {
    return pricesOf(machine, formats, options);
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith("computeFormat")) {
      return {kind: "no-rate", reason: error.message.replace("computeFormat: ", "")};
    }
    throw error;
  }
}

function figuresOf(composition: Composition, steps: Steps, prices: Prices, memory: number): Figures {
  const {machine, workload, sparsity = null, staticWatts = 0} = composition;
  const timePerToken = stepSeconds(steps.decode, prices);
  const energy = stepEnergy(
    steps.decode,
    prices,
    energyPrices(machine, prices, staticWatts),
    densityOf(machine, sparsity),
  );
  return {
    memory,
    timeToFirstToken: stepSeconds(steps.prefill, prices),
    timePerToken,
    tokensPerSecond: workload.batch / timePerToken,
    joulesPerToken: totalEnergy(energy) / workload.batch,
  };
}

/** Figures of a token with the draft's part of it. */
function withDraft(
  figures: Figures,
  {batch}: Workload,
  draft: {readonly roofline: Roofline; readonly energy: Energy} | null,
): Figures {
  if (draft === null) return figures;
  const timePerToken = figures.timePerToken + draft.roofline.seconds;
  const joulesPerToken = figures.joulesPerToken + totalEnergy(draft.energy) / batch;
  return {...figures, timePerToken, tokensPerSecond: batch / timePerToken, joulesPerToken};
}

/** Share of the products that the machine really does: it skips pairs of zeros only in patterns it knows. */
const densityOf = (machine: Machine, sparsity: Sparsity | null): number => 1 / sparseSpeed(machine, sparsity);

/** The figures alone, or the refusal: what a sweep computes a hundred thousand times. */
function quick(composition: Composition, steps: Steps): {figures: Figures} | {refused: Refusal} {
  const {model, machine, workload, formats, sparsity = null, efficiency} = composition;
  requireFormats(formats, sparsity);
  const prices = tryPrices(machine, formats, {...efficiency, sparsity});
  if ("reason" in prices) return {refused: prices};
  const residence = {batch: workload.batch, context: workload.prompt + workload.output};
  const {total} = footprint(model, formats, residence, sparsity, steps.peak);
  if (machine.memoryGB !== null && total > machine.memoryGB * 1e9) {
    return {
      refused: {
        kind: "does-not-fit",
        reason: `needs ${(total / 1e9).toFixed(1)} GB of ${machine.memoryGB} GB`,
      },
    };
  }
  return {figures: figuresOf(composition, steps, prices, total)};
}

const NO_DECODE: Refusal = {kind: "no-decode", reason: "an image model generates no tokens"};

/**
 * Model, machine, workload, formats and sparsity put together: memory, times and energy as modelled bounds, each
 * with its operators; or the reason why it cannot be. Operators run one after another, the weights on one machine.
 * @throws RangeError for a workload, format or efficiency that is no such thing.
 */
export function compose(composition: Composition): Composed {
  const {model, machine, workload, formats, sparsity = null, efficiency, staticWatts = 0} = composition;
  const {decoding = null} = composition;
  if (!isCausal(model)) return {refused: NO_DECODE, figures: null};
  if (decoding !== null) requireWay(decoding);
  const obstacle = decoding && draftObstacle(model, decoding);
  if (obstacle !== null) return {refused: {kind: "no-drafts", reason: obstacle}, figures: null};
  const steps = stepsOf(model, workload, decoding);
  requireFormats(formats, sparsity);
  const prices = tryPrices(machine, formats, {...efficiency, sparsity});
  if ("reason" in prices) return {refused: prices, figures: null};
  const residence = {
    batch: workload.batch,
    context: workload.prompt + workload.output,
    chunk: chunkOf(workload),
  };
  const room = fitMemory(model, machine, formats, residence, sparsity, draftBytes(model, decoding));
  if (!room.fits) return {refused: {kind: "does-not-fit", reason: room.message}, figures: null};
  const part = (operators: readonly Operator[], at = prices) => ({
    roofline: roofline(operators, at),
    energy: stepEnergy(operators, at, energyPrices(machine, at, staticWatts), densityOf(machine, sparsity)),
  });
  const decoded = part(steps.decode);
  const draft = decoding?.draft ?? null;
  const draftPrices = draft && tryPrices(machine, draftFormats(formats, draft), {...efficiency, sparsity});
  if (draftPrices !== null && "reason" in draftPrices) return {refused: draftPrices, figures: null};
  const drafted = draftPrices && {...part(steps.draft, draftPrices), prices: draftPrices};
  checkEnergy(decoded.energy, totalCounts(steps.decode).flops);
  return {
    refused: null,
    figures: withDraft(figuresOf(composition, steps, prices, room.needed.total), workload, drafted),
    footprint: room.needed,
    prefill: part(steps.prefill),
    decode: decoded,
    draft: drafted,
    prices,
  };
}

/** The choices of a sweep; every combination is tried. */
export interface Choices {
  readonly machines: readonly Machine[];
  readonly batches: readonly number[];
  readonly weights: readonly FormatChoice[];
  readonly activations: readonly FormatChoice[];
  readonly kv: readonly FormatChoice[];
  readonly sparsities: readonly (Sparsity | null)[];
}

/** One combination of a sweep with its figures, or why it cannot be. */
export interface Combination {
  readonly composition: Composition;
  readonly figures: Figures | null;
  readonly refused: Refusal | null;
}

/**
 * Every combination of the choices for one model, prompt and answer. Steps are built once a batch and priced for
 * every format, so ten thousand combinations take a fraction of a second.
 */
export function composeAll(
  model: Model,
  {prompt, output}: Omit<Workload, "batch">,
  choices: Choices,
  {
    embeddings,
    ...options
  }: Pick<Composition, "efficiency" | "staticWatts"> & Pick<Formats, "embeddings"> = {},
): Combination[] {
  const combinations: Combination[] = [];
  for (const batch of choices.batches) {
    const workload = {batch, prompt, output};
    const steps = stepsOf(model, workload);
    for (const machine of choices.machines)
      for (const weights of choices.weights)
        for (const activations of choices.activations)
          for (const kv of choices.kv)
            for (const sparsity of choices.sparsities) {
              const formats = {weights, activations, kv, ...(embeddings ? {embeddings} : {})};
              const composition = {...options, model, machine, workload, formats, sparsity};
              const result = isCausal(model) ? quick(composition, steps) : {refused: NO_DECODE};
              combinations.push({composition, figures: null, refused: null, ...result});
            }
  }
  return combinations;
}
