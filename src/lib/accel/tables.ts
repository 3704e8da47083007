import * as v from "valibot";
import {COMPUTE_FORMATS, type Machine} from "./machine.js";
import type {Model} from "./model.js";

const id = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9.-]*$/, "must be lower case letters, digits, dots, hyphens"),
);
const count = v.pipe(v.number(), v.safeInteger("must be an integer"), v.minValue(1, "must be at least 1"));
const countOrZero = v.pipe(
  v.number(),
  v.safeInteger("must be an integer"),
  v.minValue(0, "must be at least 0"),
);
/** More of a size than any model has; lists of its layers alone would fill the memory. */
const [MOST_LAYERS, MOST_SIZE] = [4096, 2 ** 24];
const layers = v.pipe(count, v.maxValue(MOST_LAYERS, `must be at most ${MOST_LAYERS}`));
const size = v.pipe(count, v.maxValue(MOST_SIZE, `must be at most ${MOST_SIZE}`));
const sizeOrZero = v.pipe(countOrZero, v.maxValue(MOST_SIZE, `must be at most ${MOST_SIZE}`));
const positive = v.pipe(
  v.number(),
  v.finite("must be finite"),
  v.check((x) => x > 0, "must be above 0"),
);
const provenance = {id, title: v.string(), source: v.string(), verified: v.optional(v.boolean(), false)};

const machineSchema = v.strictObject({
  ...provenance,
  peakTops: v.pipe(
    v.partial(v.strictObject(v.entriesFromList(COMPUTE_FORMATS, positive))),
    v.check((rates) => Object.keys(rates).length > 0, "must name at least one rate"),
  ),
  bandwidthGBs: positive,
  memoryGB: v.nullable(positive),
  memoryKind: v.picklist(["hbm", "gddr", "lpddr", "ddr"]),
  tdpWatts: v.optional(v.nullable(positive), null),
  sparse24: v.exactOptional(v.boolean()),
  note: v.exactOptional(v.string()),
});

const mixerSchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("gqa"),
    heads: size,
    kvHeads: size,
    headDim: size,
    qkvBias: v.exactOptional(v.boolean()),
    outBias: v.exactOptional(v.boolean()),
    qkNorm: v.exactOptional(v.boolean()),
    gated: v.exactOptional(v.boolean()),
    window: v.exactOptional(count),
  }),
  v.strictObject({
    kind: v.literal("mla"),
    heads: size,
    qRank: v.nullable(size),
    kvRank: size,
    ropeDim: size,
    nopeDim: size,
    valueDim: size,
  }),
  v.strictObject({kind: v.literal("mamba"), inner: size, state: size, convWidth: size, dtRank: size}),
  v.strictObject({
    kind: v.literal("mamba2"),
    inner: size,
    heads: size,
    state: size,
    groups: size,
    convWidth: size,
    chunk: size,
  }),
  v.strictObject({
    kind: v.literal("recurrent"),
    name: v.string(),
    matrices: count,
    others: countOrZero,
    state: countOrZero,
    work: sizeOrZero,
    convChannels: sizeOrZero,
    convWidth: sizeOrZero,
  }),
  v.strictObject({kind: v.literal("retention"), heads: size, keyDim: size, valueDim: size, chunk: size}),
]);

const ffnSchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("dense"),
    width: size,
    gated: v.boolean(),
    bias: v.exactOptional(v.boolean()),
  }),
  v.strictObject({
    kind: v.literal("moe"),
    experts: size,
    active: size,
    shared: sizeOrZero,
    width: size,
    sharedWidth: v.exactOptional(size),
  }),
]);

const modelSchema = v.strictObject({
  ...provenance,
  hidden: size,
  vocab: sizeOrZero,
  tied: v.boolean(),
  groups: v.pipe(
    v.array(v.strictObject({count: layers, mixer: mixerSchema, ffn: v.nullable(ffnSchema)})),
    v.minLength(1, "must hold at least one group of layers"),
    v.maxLength(MOST_LAYERS, `must hold at most ${MOST_LAYERS} groups of layers`),
  ),
  input: v.exactOptional(
    v.variant("kind", [
      v.strictObject({kind: v.literal("tokens")}),
      v.strictObject({kind: v.literal("image"), image: size, patch: size, extraTokens: sizeOrZero}),
    ]),
  ),
  positions: v.exactOptional(size),
  layerNorm: v.exactOptional(v.boolean()),
});

/** One line a fault: where, what is wrong, and the value. */
function faults(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues
    .map((issue) => {
      const path = v.getDotPath(issue) ?? "the file";
      return `${path} ${issue.message.startsWith("must") ? issue.message : `is wrong: ${issue.message}`}, got ${issue.received}`.slice(
        0,
        200,
      );
    })
    .join("; ");
}

function tableOf<T extends {readonly id: string}>(
  who: string,
  json: unknown,
  parse: (
    json: unknown,
  ) => {success: true; output: T[]} | {success: false; issues: readonly v.BaseIssue<unknown>[]},
  base: ReadonlyMap<string, T>,
): Map<string, T> {
  const parsed = parse(Array.isArray(json) ? json : [json]);
  if (!parsed.success) throw new RangeError(`${who}: ${faults(parsed.issues)}`);
  const table = new Map(base);
  for (const record of parsed.output) {
    if (table.has(record.id)) throw new RangeError(`${who}: id must be new, got ${record.id} again`);
    table.set(record.id, record);
  }
  return table;
}

/**
 * `base` with the machines of a JSON value, one record or a list of them.
 * @throws RangeError naming every field that is missing, unknown or out of range, or an id that is taken.
 */
export function machinesFromJson(
  json: unknown,
  base: ReadonlyMap<string, Machine> = new Map(),
): Map<string, Machine> {
  const parse = (list: unknown) => {
    const result = v.safeParse(v.array(machineSchema), list);
    return result.success
      ? {success: true as const, output: result.output as Machine[]}
      : {success: false as const, issues: result.issues};
  };
  return tableOf("machinesFromJson", json, parse, base);
}

/** Sizes that each are allowed but do not go together. */
function checkSizes(model: Model): void {
  for (const {mixer, ffn} of model.groups) {
    if (mixer.kind === "gqa" && mixer.heads % mixer.kvHeads !== 0) {
      throw new RangeError(
        `modelsFromJson: ${model.id}: heads must be a multiple of kvHeads = ${mixer.kvHeads}, got ${mixer.heads}`,
      );
    }
    if (ffn?.kind === "moe" && ffn.active > ffn.experts) {
      throw new RangeError(
        `modelsFromJson: ${model.id}: active must be at most experts = ${ffn.experts}, got ${ffn.active}`,
      );
    }
  }
}

/**
 * `base` with the models of a JSON value, one record or a list of them, in the form of `Model`.
 * @throws RangeError naming every field that is missing, unknown or out of range, or an id that is taken.
 */
export function modelsFromJson(
  json: unknown,
  base: ReadonlyMap<string, Model> = new Map(),
): Map<string, Model> {
  const parse = (list: unknown) => {
    const result = v.safeParse(v.array(modelSchema), list);
    return result.success
      ? {success: true as const, output: result.output as Model[]}
      : {success: false as const, issues: result.issues};
  };
  const table = tableOf("modelsFromJson", json, parse, base);
  for (const model of table.values()) checkSizes(model);
  return table;
}
