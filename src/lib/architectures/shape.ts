import type {ConfigReader, Key} from "./config-reader.js";

/** Sizes that all families have, by layer where a layer may differ from the next. */
export interface Shape {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: readonly number[];
  readonly kvHeads: readonly number[];
  readonly headDim: number;
  /** Width of the network over the channels. */
  readonly width: readonly number[];
}

/** Sizes of a family where a part of a larger file leaves them out. */
export interface ShapeDefaults {
  readonly hidden?: number;
  readonly layers?: number;
  readonly heads?: number;
  /** Also where the file is about text alone and leaves it out; by default as many as heads. */
  readonly kvHeads?: number;
  /** The same; by default the width divided by the heads. */
  readonly headDim?: number;
  readonly width?: number;
  readonly vocabulary?: number;
}

/** Names of the sizes, the newest first. */
export const KEYS = {
  hidden: ["hidden_size", "n_embd", "d_model"],
  layers: ["num_hidden_layers", "n_layer", "n_layers", "num_layers"],
  heads: ["num_attention_heads", "n_head", "n_heads"],
  kvHeads: ["num_key_value_heads", "num_key_value_heads_per_layer", "n_kv_heads"],
  width: ["intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size", "mlp_hidden_size"],
} as const satisfies Record<string, Key>;

/** Wider in all heads than any model is. */
const MOST_WIDTH = 2 ** 24;

export const hiddenOf = (c: ConfigReader, byDefault?: number): number => c.size(KEYS.hidden, byDefault);
export const layersOf = (c: ConfigReader, byDefault?: number): number => c.size(KEYS.layers, byDefault);

/** Sizes of a model with attention. `width` is read by {@link widthsOf}, since some families lack it. */
export function shapeOf(c: ConfigReader, defaults: ShapeDefaults = {}): Shape {
  const hidden = hiddenOf(c, defaults.hidden);
  const layers = layersOf(c, defaults.layers);
  const heads = c.countPerLayer(KEYS.heads, layers, c.isPart ? defaults.heads : undefined);
  const kvHeads = kvHeadsOf(c, heads, defaults.kvHeads);
  const headDim = headDimOf(c, hidden, heads, defaults.headDim);
  for (const each of heads) requireWidth(c, each * headDim);
  return {hidden, layers, heads, kvHeads, headDim, width: widthsOf(c, layers, defaults.width)};
}

/**
 * Sizes of a family older than grouped attention: keys and values of every head, heads that share the width.
 * @throws FormatError if the file names other ones, which its own library would not read.
 */
export function plainShapeOf(c: ConfigReader): Shape {
  const shape = shapeOf(c);
  const [heads] = shape.heads;
  if (shape.kvHeads.some((each) => each !== heads))
    throw c.problem("unsupported", KEYS.kvHeads, c.raw(KEYS.kvHeads), `the ${heads} heads or left out`);
  if (shape.headDim * heads !== shape.hidden)
    throw c.problem("unsupported", "head_dim", shape.headDim, `${shape.hidden / heads} or left out`);
  return shape;
}

function kvHeadsOf(c: ConfigReader, heads: readonly number[], byDefault?: number): readonly number[] {
  const kvHeads =
    c.has(KEYS.kvHeads) || byDefault ? c.countPerLayer(KEYS.kvHeads, heads.length, byDefault) : heads;
  kvHeads.forEach((each, layer) => {
    if (heads[layer] % each === 0) return;
    throw c.problem("bad-value", KEYS.kvHeads, each, `a divisor of the ${heads[layer]} heads`);
  });
  return kvHeads;
}

function headDimOf(c: ConfigReader, hidden: number, heads: readonly number[], byDefault?: number): number {
  if (c.has("head_dim") || byDefault) return c.count("head_dim", byDefault);
  const [first] = heads;
  if (heads.every((each) => each === first) && hidden % first === 0) return hidden / first;
  throw c.problem("bad-value", KEYS.hidden, hidden, `a multiple of the ${first} heads; give head_dim`);
}

function requireWidth(c: ConfigReader, width: number): void {
  if (width <= MOST_WIDTH) return;
  throw c.problem("bad-value", "head_dim", width, `at most ${MOST_WIDTH} in all heads`);
}

/** Widths of the networks over the channels of all layers; empty where the file has none and none is known. */
function widthsOf(c: ConfigReader, layers: number, byDefault?: number): readonly number[] {
  const known = c.isPart ? byDefault : undefined;
  if (!c.has(KEYS.width) && known === undefined) return [];
  return c.countPerLayer(KEYS.width, layers, known);
}

/** The width of a layer's network. @throws FormatError if the file has none. */
export function widthOf(c: ConfigReader, shape: Shape, layer: number): number {
  return shape.width[layer] ?? c.count(KEYS.width);
}
