import {requireInteger} from "../../tensor/require.js";

/** N of M weights stay. Dense is N = M. */
export type Level = readonly [N: number, M: number];

/** A DeiT: one width, tokens = patches + class token. */
export interface Deit {
  readonly kind: "deit";
  readonly embedDim: number;
  readonly depth: number;
  readonly patch: number;
  readonly mlpRatio?: number;
}

/** A Swin transformer: four stages, the width doubles and the tokens shrink to a quarter from stage to stage. */
export interface Swin {
  readonly kind: "swin";
  readonly embedDim: number;
  readonly depths: readonly number[];
  readonly window: number;
  readonly patch?: number;
  readonly mlpRatio?: number;
  readonly classes?: number;
}

/** The sparse linears of a block, in the order of a configuration. */
const ELSA_LINEARS = ["proj", "qkv", "fc1", "fc2"] as const;

/** The number of linears that a configuration of `model` names. */
export function elsaLinears(model: Deit | Swin): number {
  const blocks = model.kind === "deit" ? model.depth : model.depths.reduce((sum, depth) => sum + depth, 0);
  return blocks * ELSA_LINEARS.length;
}

/** Multiply-accumulates of the linears of one block: d^2 each for proj, 3 d^2 for qkv, ratio d^2 for fc1 and fc2. */
function blockLinears(
  levels: readonly Level[],
  block: number,
  tokens: number,
  d: number,
  mlpRatio: number,
): number {
  const density = (i: number) => {
    const [N, M] = levels[block * ELSA_LINEARS.length + i];
    return N / M;
  };
  return tokens * d * d * (density(0) + 3 * density(1) + mlpRatio * density(2) + mlpRatio * density(3));
}

function deitMacs(
  {embedDim: d, depth, patch, mlpRatio = 4}: Deit,
  image: number,
  levels: readonly Level[],
): number {
  const patches = Math.floor(image / patch) ** 2;
  const tokens = patches + 1;
  let macs = patches * d * 3 * patch * patch;
  for (let block = 0; block < depth; block++) {
    macs += 2 * tokens * d + 2 * tokens * tokens * d + blockLinears(levels, block, tokens, d, mlpRatio);
  }
  return macs;
}

function swinMacs(model: Swin, image: number, levels: readonly Level[]): number {
  const {embedDim, depths, window, patch = 4, mlpRatio = 4, classes = 1000} = model;
  const side = Math.floor(image / patch);
  let macs = side * side * embedDim * 3 * patch * patch + side * side * embedDim;
  let block = 0;
  depths.forEach((depth, stage) => {
    const d = embedDim * 2 ** stage;
    const resolution = side / 2 ** stage;
    const tokens = resolution ** 2;
    const inWindow = Math.min(window, resolution) ** 2;
    for (let i = 0; i < depth; i++, block++) {
      const attention = (tokens / inWindow) * 2 * inWindow * inWindow * d;
      macs += 2 * d * tokens + attention + blockLinears(levels, block, tokens, d, mlpRatio);
    }
    if (stage < depths.length - 1) macs += tokens * d + (tokens / 4) * 4 * d * 2 * d;
  });
  const last = embedDim * 2 ** (depths.length - 1);
  // The last norm has the patches of the first stage over 4^(stages - 1); the reference divides by 2^stages.
  return macs + Math.floor((last * side * side) / 2 ** depths.length) + last * classes;
}

/**
 * Multiply-accumulates of one image ("FLOPs" in the vision literature) with each linear at its own N:M level:
 * ELSA's count. DeiT leaves out the head and the last norm, Swin has them.
 * (ningchihuang/ELSA at 42b478b, models/sparse_deit.py and sparse_swin_transformer.py)
 * @param levels per block proj, qkv, fc1, fc2.
 * @throws RangeError if the number of levels does not fit the model or a level is not 0 <= N <= M.
 */
export function elsaMacs(model: Deit | Swin, levels: readonly Level[], image = 224): number {
  requireInteger("elsaMacs", "image", image, 1);
  if (levels.length !== elsaLinears(model)) {
    throw new RangeError(`elsaMacs: levels must have ${elsaLinears(model)} entries, got ${levels.length}`);
  }
  for (const [N, M] of levels) {
    if (!(N >= 0 && N <= M)) throw new RangeError(`elsaMacs: a level must have 0 <= N <= M, got ${N}:${M}`);
  }
  return model.kind === "deit" ? deitMacs(model, image, levels) : swinMacs(model, image, levels);
}

/** The same level for every linear. */
export function uniformLevels(model: Deit | Swin, level: Level): Level[] {
  return Array.from({length: elsaLinears(model)}, () => level);
}

/** The models of the paper. (arXiv 2409.09708; sizes from DeiT and Swin's public configurations) */
export const ELSA_MODELS = {
  "deit-s": {kind: "deit", embedDim: 384, depth: 12, patch: 16},
  "deit-b": {kind: "deit", embedDim: 768, depth: 12, patch: 16},
  "swin-b": {kind: "swin", embedDim: 128, depths: [2, 2, 18, 2], window: 7},
} as const satisfies Record<string, Deit | Swin>;
