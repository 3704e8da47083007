import {ELSA_MODELS, elsaMacs, type Level, uniformLevels} from "../../accel/sparse/elsa.js";
import {energyKept} from "../../accel/sst/encode.js";
import {networkSpeedup, SST_REPORTED} from "../../accel/sst/network.js";
import {experiment} from "../../experiment/experiment.js";
import {draws, randomStream} from "../../tensor/random.js";

const LEVELS = {dense: [1, 1], "2:4": [2, 4], "1:3": [1, 3], "1:4": [1, 4]} as const satisfies Record<
  string,
  Level
>;
type Pattern = keyof typeof LEVELS;

/** Weights without structure: of trained ones no more is kept by magnitude than by luck suggests. */
const GROUPS = {rows: 256, columns: 1536} as const;

function keptOf(pattern: Pattern, weights: Float32Array): number {
  const [n, m] = LEVELS[pattern];
  return n === m ? 1 : energyKept(weights, GROUPS.columns, n, m);
}

/** The first `sparse` linears at 1:4, the rest at 2:4: what lies between the uniform patterns. */
function mixture(linears: readonly Level[], sparse: number): Level[] {
  return linears.map((_, i) => (i < sparse ? LEVELS["1:4"] : LEVELS["2:4"]));
}

const WEIGHT_BITS = 8;

/** Sparse slices on a vision transformer: what each pattern saves in work, time and bits, and what it throws away. */
export const sparseSlices = experiment({
  id: "accel/sparse-slices",
  title: "Sparse slices on vision transformers",
  question:
    "How much faster does a network run when only some of every few weights stay, and what stays slow?",
  source:
    "SST slices, arXiv:2502.03763 (abstract); N:M masks and multiply-accumulates of ELSA, arXiv:2409.09708",
  params: {
    model: {
      kind: "choice",
      label: "Network",
      options: ["deit-s", "deit-b", "swin-b"],
      names: {"deit-s": "DeiT-S", "deit-b": "DeiT-B", "swin-b": "Swin-B"},
      default: "deit-b",
    },
    side: {kind: "integer", label: "Slice side", unit: "elements", min: 1, max: 64, log: true, default: 8},
    feed: {
      kind: "integer",
      label: "Feed",
      unit: "activations a cycle and row",
      help: "1:4 skips three of four products only if four activations arrive in a cycle.",
      min: 1,
      max: 4,
      default: 4,
    },
    seed: {kind: "integer", label: "Seed of the weights", min: 0, max: 999, default: 0, advanced: true},
  },
  columns: {
    kind: {type: "string", label: "Kind"},
    pattern: {type: "string", label: "Weights kept"},
    gigaMacs: {type: "number", label: "Work", unit: "GMAC an image", provenance: "modelled", nullable: true},
    workSaved: {
      type: "number",
      label: "Dense work / work that is left",
      provenance: "modelled",
      nullable: true,
    },
    cycles: {type: "number", label: "Cycles an image, one slice", provenance: "modelled", nullable: true},
    speedup: {type: "number", label: "Speedup over dense slices", provenance: "row", nullable: true},
    bitsPerWeight: {
      type: "number",
      label: "Stored",
      unit: "bits per weight, index included",
      provenance: "modelled",
      nullable: true,
    },
    energyKept: {
      type: "number",
      label: "Energy of normal weights kept",
      unit: "%",
      provenance: "measured",
      nullable: true,
    },
  },
  needs: [],
  sweep: (["deit-s", "deit-b", "swin-b"] as const).flatMap((model) =>
    [1, 2, 4].map((feed) => ({model, feed})),
  ),
  run({model: id, side, feed, seed}) {
    const model = ELSA_MODELS[id];
    const weights = draws(GROUPS.rows * GROUPS.columns, randomStream(seed, "sparse slices").normal);
    const dense = elsaMacs(model, uniformLevels(model, LEVELS.dense));
    const row = (
      kind: string,
      pattern: string,
      levels: readonly Level[],
      kept: number,
      bitsPerWeight: number,
    ) => {
      const {cycles, speedup} = networkSpeedup(model, levels, {P: side, feed});
      const macs = elsaMacs(model, levels);
      return {
        kind,
        pattern,
        gigaMacs: macs / 1e9,
        workSaved: dense / macs,
        cycles,
        speedup,
        bitsPerWeight,
        energyKept: 100 * kept,
        provenance: "modelled" as const,
      };
    };
    const bits = ([n, m]: Level) => (n === m ? WEIGHT_BITS : (n * (WEIGHT_BITS + 2)) / m);
    const uniform = (Object.keys(LEVELS) as Pattern[]).map((pattern) =>
      row(
        "uniform",
        pattern,
        uniformLevels(model, LEVELS[pattern]),
        keptOf(pattern, weights),
        bits(LEVELS[pattern]),
      ),
    );
    const linears = uniformLevels(model, LEVELS["2:4"]);
    const mixed = [0.25, 0.5, 0.75].map((share) => {
      const sparse = Math.round(share * linears.length);
      const part = sparse / linears.length;
      const between = (of: (pattern: Pattern) => number) => part * of("1:4") + (1 - part) * of("2:4");
      return row(
        "mixture",
        `${Math.round(100 * share)} % of the linears 1:4, others 2:4`,
        mixture(linears, sparse),
        between((pattern) => keptOf(pattern, weights)),
        between((pattern) => bits(LEVELS[pattern])),
      );
    });
    const blank = {gigaMacs: null, workSaved: null, cycles: null, bitsPerWeight: null, energyKept: null};
    const reported = {
      ...blank,
      kind: "reported",
      pattern: "SST: best of its networks and patterns",
      speedup: SST_REPORTED.speedupOverDenseSlices,
      provenance: "reported" as const,
    };
    return [...uniform, ...mixed, reported];
  },
});
