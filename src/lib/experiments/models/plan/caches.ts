/** The cache of a plan: every technique at every setting that has a name, with its bytes and its damage. */
import type {ModelRecord} from "../../../architectures/model-record.js";
import {POLICY_CACHES} from "../../../attention/policy-caches.js";
import type {CacheChoice} from "../../../engine/cache/choices.js";
import type {CacheSizes} from "../../../engine/cache/sizes.js";
import type {CacheSetting, GivenParams} from "../../../engine/cache/technique.js";
import type {Work} from "../../../experiment/experiment.js";
import {FormatError} from "../../../io/format-error.js";
import {cacheSizesOf} from "../../../kv/kv-config.js";
import {KV_CACHES} from "../../../kv/registry.js";
import type {PartOption} from "../../../plan/make-plan.js";
import type {Variant} from "../../../plan/running-model.js";
import {measureFormat} from "../../../quant/measure.js";
import {draws, randomStream} from "../../../tensor/random.js";
import {CACHES} from "../../kv/caches.js";
import {choosingKl, type Measuring} from "./damage.js";

/** A cache at one setting for a model. */
export interface CacheOption extends PartOption {
  readonly choice: CacheChoice;
}

/** Sizes of a model's cache; null where no layer has one. */
export function cacheSizesOrNone(record: ModelRecord | null): CacheSizes | null {
  if (record === null) return null;
  try {
    return cacheSizesOf(record);
  } catch (error) {
    if (error instanceof FormatError && error.kind === "unsupported") return null;
    throw error;
  }
}

/** Ids of the caches that a plan may choose: techniques, no bounds. */
export const PLANNED_CACHES: readonly string[] = CACHES.all.filter(({isBound}) => !isBound).map(({id}) => id);

/** A cache that is asked about: of which model, for a text of how many tokens, and which ones. */
export interface CacheQuestion {
  readonly sizes: CacheSizes;
  readonly context: number;
  readonly ids: readonly string[];
}

/** The caches of these ids that have a formula for a model, with their bytes for one text. */
export function cacheBytes({sizes, context, ids}: CacheQuestion) {
  return ids.flatMap((id) => {
    const choice = CACHES.byId(id);
    const bytes = bytesOrNone(choice, sizes, context);
    return bytes === null ? [] : [{choice, id, bytes}];
  });
}

function bytesOrNone(choice: CacheChoice, sizes: CacheSizes, context: number): number | null {
  try {
    return Math.ceil(choice.bytes(sizes, context).kept);
  } catch (error) {
    // A technique without a formula for these sizes.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Caches with the KL divergence of the model that reads through each. */
export async function cacheDivergences(
  measure: Measuring,
  variant: Variant,
  question: CacheQuestion,
  tell: Work["progress"],
): Promise<CacheOption[]> {
  const all = cacheBytes(question);
  const found: CacheOption[] = [];
  for (const [i, each] of all.entries()) {
    await tell(i / all.length, `cache ${each.choice.label}`);
    const start = openedCache(measure, variant, each.choice);
    if (start !== null) found.push({...each, damage: await choosingKl(measure, variant, start)});
  }
  return found;
}

/** The maker of a cache for a variant; null where it lacks what the technique takes. */
export function openedCache({texts}: Measuring, {decoder}: Variant, choice: CacheChoice) {
  if (decoder === undefined) return null;
  const setting: CacheSetting = {...decoder, calibrationTexts: () => texts.calibration};
  try {
    return choice.open(setting);
  } catch (error) {
    // Ranks or groups that these sizes do not have.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Rows of a normal law that a format of the cache is tried on. */
const ROWS = 256;

/**
 * Caches in a number format with its relative error on normally distributed heads, each number counting like one of the
 * weights': a guess at the damage for a model that does not run here.
 */
export function cacheErrors(question: CacheQuestion, {weights}: {readonly weights: number}): CacheOption[] {
  const {headDim = 128} = question.sizes;
  const stream = randomStream(0, "heads of a cache");
  const x = {shape: [ROWS, headDim], data: draws(ROWS * headDim, () => stream.normal())};
  const [plain] = cacheBytes({...question, ids: ["fp16"]});
  const numbers = plain === undefined ? 0 : plain.bytes / 2;
  return cacheBytes(question).flatMap(({choice, ...option}) => {
    const {format} = choice;
    if (format === undefined) return [];
    return [{...option, choice, damage: (measureFormat(format, x).relativeMse * numbers) / weights}];
  });
}

/** The technique and the parameters behind a choice. */
export function techniqueOf({id}: CacheChoice): {readonly technique: string; readonly params: GivenParams} {
  for (const technique of [...KV_CACHES.all, ...POLICY_CACHES.all]) {
    const preset = technique.presets.find((each) => each.id === id);
    if (preset !== undefined) return {technique: technique.id, params: preset.params};
  }
  throw new RangeError(`techniqueOf: choice must be of a registered technique, got ${id}`);
}
