import {type Csr, csrOf} from "../../accel/smash/csr.js";
import {type RandomMatrixSize, randomMatrix} from "../../accel/smash/random-matrices.js";
import {HASHES, type SmashTable, smashProduct} from "../../accel/smash/smash.js";
import {productTraffic} from "../../accel/smash/traffic.js";
import {imbalance, SMASH_VERSIONS, type SmashVersion, slotsOf} from "../../accel/smash/versions.js";
import {partialProducts} from "../../accel/smash/windows.js";
import {experiment} from "../../experiment/experiment.js";
import {magnitude} from "../../sparse/pruning/magnitude.js";
import {unstructured} from "../../sparse/pruning/pattern.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {decoderWeights} from "../shared/decoders.js";

const MODEL = "decoder-small";
/** The factors of a product of weights: what a feed-forward layer computes where its gate is open. */
const WEIGHTS = ["model.layers.0.mlp.down_proj.weight", "model.layers.0.mlp.up_proj.weight"] as const;
const MATRICES = ["R-MAT", "uniform", "pruned weights"] as const;
/** Shares of the slots that the bound of a window may take. */
const FILLS = [0.125, 0.25, 0.375, 0.5, 0.75, 1] as const;

const versionColumns = {
  version: {type: "string", label: "Version"},
  slots: {type: "integer", label: "Slots of the same scratchpad"},
  windows: {type: "integer", label: "Windows of rows", provenance: "measured"},
  looks: {type: "number", label: "Slots looked at", unit: "per partial product", provenance: "measured"},
  imbalance: {
    type: "number",
    label: "Work of the busiest thread over the mean, threads waiting after each window",
    provenance: "modelled",
  },
  sumWords: {type: "integer", label: "Words of sums moved to and from memory", provenance: "modelled"},
} as const;

const trafficColumns = {
  order: {type: "string", label: "Order of the loops"},
  read: {type: "integer", label: "Words of the factors read", provenance: "modelled"},
  stored: {type: "integer", label: "Words of partial products written and read", provenance: "modelled"},
  written: {type: "integer", label: "Words of the product written", provenance: "modelled"},
} as const;

const matrixColumn = {matrix: {type: "string", label: "Matrix"}} as const;

/** Sparse products merged in a hashed table: the search for slots, the balance of threads, and words moved. */
export const smash = experiment({
  id: "sparse/smash",
  title: "Sparse products merged in a hashed scratchpad",
  question: "How long is a slot searched for, and what moves in other orders of the same product?",
  source: "SMASH, arXiv:2105.14156",
  params: {
    matrix: {
      kind: "choice",
      label: "Matrix",
      help: "A random matrix by itself, with entries spread evenly or most in few rows and columns (R-MAT), or two matrices of a decoder's feed-forward layer.",
      options: MATRICES,
      default: "R-MAT",
    },
    scale: {
      kind: "integer",
      label: "Rows of the random matrix, as a power of two",
      min: 5,
      max: 10,
      default: 10,
    },
    perRow: {kind: "integer", label: "Entries drawn for a row", min: 1, max: 16, default: 8},
    density: {
      kind: "number",
      label: "Weights that stay, the largest",
      min: 0.05,
      max: 0.5,
      default: 0.2,
    },
    slotBits: {
      kind: "integer",
      label: "Slots of the table, as a power of two",
      min: 10,
      max: 14,
      default: 12,
    },
    threads: {kind: "integer", label: "Threads", min: 1, max: 256, log: true, default: 8},
    seed: {kind: "integer", label: "Seed of the matrix", min: 0, max: 999, default: 0, advanced: true},
  },
  columns: {
    ...matrixColumn,
    hash: {type: "string", label: "Hash of row and column"},
    fill: {type: "number", label: "Slots that the bound of a window may take"},
    load: {type: "number", label: "Slots taken at the end of a window", unit: "%", provenance: "measured"},
    looks: {type: "number", label: "Slots looked at", unit: "per partial product", provenance: "measured"},
    windows: {type: "integer", label: "Windows of rows", provenance: "measured"},
    partialProducts: {type: "integer", label: "Partial products", provenance: "measured"},
    entries: {type: "integer", label: "Entries of the product", provenance: "measured"},
  },
  tables: {
    versions: {...matrixColumn, ...versionColumns},
    traffic: {...matrixColumn, ...trafficColumns},
  },
  needs: [`weights/${MODEL}`],
  needsOf: ({matrix}) => (matrix === "pruned weights" ? [`weights/${MODEL}` as const] : []),
  sweep: MATRICES.map((matrix) => ({matrix})),
  async run({matrix, scale, perRow, density, slotBits, threads, seed}, {data, progress}) {
    const [a, b] =
      matrix === "pruned weights"
        ? prunedFactors(decoderWeights(MODEL, data).tensors, density)
        : square(matrix, {scale, perRow}, seed);
    const slots = 2 ** slotBits;
    const rows = [];
    for (const [at, hash] of HASHES.entries()) {
      await progress(at / (HASHES.length + 1), hash);
      for (const fill of FILLS) rows.push({matrix, ...searches(a, b, {slots, hash, fill})});
    }
    await progress(HASHES.length / (HASHES.length + 1), "versions");
    const versions = SMASH_VERSIONS.map((version) => ({
      matrix,
      ...versionRow(a, b, version, {slots: slotsOf(version, slots), threads}),
    }));
    const traffic = productTraffic(a, b, rows[0].entries).map((order) => ({
      matrix,
      ...order,
      provenance: "modelled" as const,
    }));
    return {rows, versions, traffic};
  },
});

function square(kind: "R-MAT" | "uniform", size: RandomMatrixSize, seed: number): readonly [Csr, Csr] {
  const matrix = randomMatrix(kind, size, seed);
  return [matrix, matrix];
}

/** Two matrices of a feed-forward layer without their smallest weights. */
function prunedFactors(tensors: ReadonlyMap<string, Tensor>, density: number): readonly [Csr, Csr] {
  const [down, up] = WEIGHTS.map((name) => {
    const weight = tensors.get(name)!;
    const {rows, columns} = matrixSize(weight);
    return csrOf(magnitude.prune(weight, unstructured(density), {}).data, rows, columns);
  });
  return [down, up];
}

function searches(a: Csr, b: Csr, table: SmashTable) {
  const {product, windows, partialProducts: merged, looks} = smashProduct(a, b, table);
  const entries = product.values.length;
  return {
    hash: table.hash,
    fill: table.fill ?? 1,
    load: windows.length === 0 ? 0 : (100 * entries) / (windows.length * table.slots),
    looks: merged === 0 ? 0 : looks / merged,
    windows: windows.length,
    partialProducts: merged,
    entries,
    provenance: "measured" as const,
  };
}

function versionRow(
  a: Csr,
  b: Csr,
  version: SmashVersion,
  {slots, threads}: {slots: number; threads: number},
) {
  const {looks, windows, partialProducts: merged} = smashProduct(a, b, {slots, hash: version.hash});
  return {
    version: version.label,
    slots,
    windows: windows.length,
    looks: merged === 0 ? 0 : looks / merged,
    imbalance: imbalance(partialProducts(a, b), windows, {threads, rows: version.rows}),
    // Each partial product reads the sum that it is added to, and writes it.
    sumWords: version.sums === "memory" ? 2 * merged : 0,
    provenance: "measured" as const,
  };
}
