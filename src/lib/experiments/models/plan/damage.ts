/** Damage of formats and caches to a model, each alone: measured as KL divergence where the model runs. */
import {importanceOf} from "../../../checkpoint/importance/importance.js";
import {KEEP} from "../../../checkpoint/recipe.js";
import type {StoredTensor} from "../../../checkpoint/stored-tensor.js";
import {fasterFormats} from "../../../checkpoint/wasm/wasm-formats.js";
import type {CacheSession} from "../../../engine/cache/session.js";
import {cachedModel} from "../../../evaluate/cached-model.js";
import type {EvalSeed, EvalText} from "../../../evaluate/eval-texts.js";
import {evaluateModel, type Measured, memoized} from "../../../evaluate/evaluate.js";
import type {Work} from "../../../experiment/experiment.js";
import type {Format} from "../../../formats/format.js";
import {formatById} from "../../../formats/registry.js";
import type {Part} from "../../../plan/make-plan.js";
import type {RunningModel, Variant} from "../../../plan/running-model.js";
import type {FormatCost} from "../../../plan/tensor-parts.js";
import {roundTrip} from "../../../quant/measure.js";
import type {Tensor} from "../../../tensor/tensor.js";
import {transpose} from "../../../tensor/transpose.js";
import type {MeasureWeights, WrittenFormat} from "./terms.js";
import type {PlanTexts} from "./texts.js";

type Writer = Parameters<typeof evaluateModel>[1];

const onlyPredicts = (): never => {
  throw new RangeError("plan: samples must be none, the model only predicts texts");
};

const predictor = ({logits}: Pick<Variant, "logits">): Writer => ({logits, write: onlyPredicts});

/** A model beside itself unchanged, on the texts of a plan. */
export interface Measuring {
  readonly model: RunningModel;
  readonly texts: PlanTexts;
  readonly baseline: Writer;
  readonly weights: MeasureWeights;
  readonly writtenFormat: WrittenFormat;
  /** Whether damages are divergences, for which the model is run once for every tensor in every format. */
  readonly givesDamages: boolean;
}

/** Begins to measure a model: what it predicts unchanged is computed once. */
export async function measuring(
  model: RunningModel,
  texts: PlanTexts,
  terms: Pick<Measuring, "weights" | "writtenFormat" | "givesDamages">,
): Promise<Measuring> {
  return {model, texts, ...terms, baseline: memoized(predictor(await model.variant()))};
}

/** Perplexity and divergence of a variant, read through a cache where one is given, on some texts. */
export async function measuredOn(
  {baseline, texts: {prefill}}: Measuring,
  variant: Variant,
  seeds: readonly EvalSeed[],
  {start, tell}: {readonly start?: (() => CacheSession) | undefined; readonly tell?: Work["progress"]} = {},
): Promise<NonNullable<Measured["comparison"]>> {
  const {decoder} = variant;
  const reader = start && decoder ? cachedModel(decoder.decoder, start, prefill) : variant;
  const {pooled} = await evaluateModel(predictor(reader), baseline, seeds, {
    progress: (share) => void tell?.(share),
  });
  return pooled.comparison!;
}

/** Mean KL divergence on the texts that a plan is chosen by, in nats. */
export async function choosingKl(
  measure: Measuring,
  variant: Variant,
  start?: () => CacheSession,
): Promise<number> {
  const {kl} = await measuredOn(measure, variant, asSeeds(measure.texts.choosing), {start});
  return kl.mean.value;
}

const asSeeds = (texts: readonly EvalText[]): EvalSeed[] => [{seed: 0, texts, samples: []}];

/** The KL divergence of every tensor in every format in which it may be written, the others left as they are. */
export async function formatDivergences(
  measure: Measuring,
  names: readonly string[],
  formats: readonly string[],
  tell: Work["progress"],
): Promise<FormatCost[]> {
  const {model, writtenFormat} = measure;
  const costs: FormatCost[] = [];
  for (const [n, name] of names.entries()) {
    const {shape} = await model.tensor(name);
    const own = [...new Set(formats.map((format) => writtenFormat({name, shape}, format)))];
    for (const [i, format] of own.entries()) {
      await tell((n + i / own.length) / names.length, `${name} in ${format}`);
      const trip = await packedOrNone(measure, name, format);
      if (trip === undefined) continue;
      const variant = await measure.model.variant(new Map([[name, trip.y]]));
      costs.push({tensor: name, format, bytes: trip.bytes, damage: await choosingKl(measure, variant)});
    }
  }
  return costs;
}

/** A tensor through a format, its blocks along the inputs; undefined where the format cannot take it. */
async function packedOrNone({model, weights}: Measuring, name: string, id: string) {
  const x = await model.tensor(name);
  const isInputFirst = model.inputFirst.has(name);
  const format = (await fasterFormats())(formatById(id));
  const importance = importanceOf(weights, {name, shape: x.shape}, isInputFirst);
  try {
    const {y, bytes} = roundTrip(weighing(format, importance), isInputFirst ? transposed(x) : x);
    if (!y.data.every(Number.isFinite)) return undefined;
    return {y: isInputFirst ? transposed(y) : y, bytes};
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A format that weighs errors by importance, where there is some and it can. */
const weighing = (format: Format, importance: Float32Array | undefined): Format =>
  importance === undefined || !format.weighsErrors
    ? format
    : {...format, encode: (x, options) => format.encode(x, {...options, importance})};

/** The model with all of some tensors in one format, and their bytes; what cannot take it stays as it is. */
export async function throughout(
  measure: Measuring,
  tensors: readonly StoredTensor[],
  format: string,
  tell: Work["progress"],
): Promise<{readonly variant: Variant; readonly bytes: number}> {
  const replaced = new Map<string, Tensor>();
  let sum = 0;
  for (const [i, tensor] of tensors.entries()) {
    const own = measure.writtenFormat(tensor, format);
    await tell(i / tensors.length, `${tensor.name} in ${own}`);
    const trip = await packedOrNone(measure, tensor.name, own);
    if (trip) replaced.set(tensor.name, trip.y);
    sum += trip?.bytes ?? tensor.bytes;
  }
  return {variant: await measure.model.variant(replaced), bytes: sum};
}

function transposed({shape: [rows, columns], data}: Tensor): Tensor {
  return {shape: [columns, rows], data: transpose(data, rows, columns)};
}

/** The model with every part in the format that was chosen for it. */
export async function variantOf(
  measure: Measuring,
  parts: readonly Part[],
  formats: readonly string[],
): Promise<Variant> {
  const replaced = new Map<string, Tensor>();
  for (const [i, {names}] of parts.entries()) {
    if (formats[i] === KEEP) continue;
    for (const name of names) {
      const trip = await packedOrNone(measure, name, formats[i]);
      if (trip) replaced.set(name, trip.y);
    }
  }
  return measure.model.variant(replaced);
}
