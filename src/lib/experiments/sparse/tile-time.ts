import type {GroupedAttention, Model} from "../../accel/model.js";
import {modelById} from "../../accel/models.js";
import {type AmxMachine, sumOfTileCosts, type TileType, tileCost} from "../../accel/sparse/amx.js";
import {experiment} from "../../experiment/experiment.js";
import {sparseForms} from "../../sparse/registry.js";
import type {SparseForm} from "../../sparse/sparse-form.js";

/** A published model whose linear layers are reckoned. */
const MODEL = "llama-3.1-8b";

/** Densities of the curves, in percent. */
const DENSITIES = Array.from({length: 21}, (_, i) => 5 * i);

const TYPES = {
  bf16: {form: "bitmap-bf16", bits: 16},
  int8: {form: "bitmap-int8", bits: 8},
} as const satisfies Record<TileType, {readonly form: string; readonly bits: number}>;

/** Milliseconds a token that the authors wrote down in a development notebook, by cores: half the weights, tiles in bfloat16. */
const REPORTED_MS: ReadonlyMap<number, number> = new Map([
  [8, 206.9],
  [16, 127.3],
  [32, 100.8],
]);

interface Matrix {
  readonly outputs: number;
  readonly inputs: number;
  readonly count: number;
}

/** The linear layers of a decoder whose layers are all alike: what reads a layer's input, and what writes its output. */
function linearLayers({hidden, groups}: Model): Matrix[] {
  return groups.flatMap(({count, mixer, ffn}) => {
    const {heads, kvHeads, headDim} = mixer as GroupedAttention;
    const width = ffn?.width ?? 0;
    return [
      {outputs: heads * headDim, inputs: hidden, count},
      {outputs: kvHeads * headDim, inputs: hidden, count: 2 * count},
      {outputs: hidden, inputs: heads * headDim, count},
      {outputs: width, inputs: hidden, count: 2 * count},
      {outputs: hidden, inputs: width, count},
    ];
  });
}

/** Bytes of a matrix in a form, or whole in the form's type. */
function bytesOf({outputs, inputs}: Matrix, density: number, form: SparseForm, isExpanded: boolean): number {
  if (!isExpanded) return (outputs * inputs * form.denseBits) / 8;
  return form.bytes({outputs, inputs, nonZeros: Math.round((density / 100) * outputs * inputs)});
}

/** Time of one pass over all linear layers, by how the weights are stored. */
function passCost(density: number, type: TileType, isExpanded: boolean, batch: number, machine: AmxMachine) {
  const form = sparseForms.byId(TYPES[type].form);
  const matrices = linearLayers(modelById(MODEL));
  const each = matrices.map((matrix) => {
    const weightBytes = bytesOf(matrix, density, form, isExpanded);
    return {
      ...matrix,
      weightBytes,
      cost: tileCost({...matrix, batch, type, weightBytes, isExpanded}, machine),
    };
  });
  const costs = each.flatMap(({count, cost}) => Array.from({length: count}, () => cost));
  const bytes = each.reduce((sum, {count, weightBytes}) => sum + count * weightBytes, 0);
  return {bytes, ...sumOfTileCosts(costs)};
}

/** Time of a model's linear layers on a processor with tile instructions, dense and expanded from bitmaps, over the density. */
export const tileTime = experiment({
  id: "sparse/tile-time",
  title: "Sparse tiles on a processor with AMX",
  question: "Below which density do weights behind a bitmap take less time than dense ones?",
  source:
    "SparAMX, arXiv:2502.12444, sections 2 to 4; the cost model and cycles of an expansion are this project's",
  params: {
    cores: {kind: "integer", label: "Cores", min: 1, max: 56, default: 32},
    bandwidth: {
      kind: "number",
      label: "Memory bandwidth",
      unit: "GB/s",
      min: 20,
      max: 1200,
      log: true,
      default: 307.2,
    },
    batch: {
      kind: "integer",
      label: "Rows of activations",
      help: "Tokens that are computed at once; a tile takes 16, and 1 costs as much.",
      unit: "tokens",
      min: 1,
      max: 2048,
      log: true,
      default: 1,
    },
    cyclesPerRow: {
      kind: "number",
      label: "Expanding a row of 64 bytes",
      help: "Load the bits, count them, expand and store: no published measurement.",
      unit: "cycles",
      min: 0,
      max: 32,
      default: 3,
    },
    gigahertz: {kind: "number", label: "Clock", unit: "GHz", min: 0.5, max: 5, default: 2, advanced: true},
  },
  columns: {
    kind: {type: "string", label: "Kind"},
    storage: {type: "string", label: "Weights"},
    type: {type: "string", label: "Type"},
    density: {type: "number", label: "Weights that are not zero", unit: "%", provenance: "modelled"},
    gigabytes: {
      type: "number",
      label: "Weights as stored",
      unit: "GB",
      provenance: "modelled",
      nullable: true,
    },
    milliseconds: {
      type: "number",
      label: "Time of a pass over the linear layers",
      unit: "ms",
      provenance: "row",
    },
    memory: {
      type: "number",
      label: "Reading the weights",
      unit: "ms",
      provenance: "modelled",
      nullable: true,
    },
    products: {type: "number", label: "Tile products", unit: "ms", provenance: "modelled", nullable: true},
    expand: {type: "number", label: "Expanding", unit: "ms", provenance: "modelled", nullable: true},
    bound: {type: "string", label: "Bound by", nullable: true},
    timesDense: {
      type: "number",
      label: "Times as fast as dense weights of the type",
      provenance: "modelled",
      nullable: true,
    },
  },
  needs: [],
  sweep: [
    {},
    {cores: 8},
    {cores: 16},
    {cores: 56},
    {batch: 16},
    {batch: 256},
    {bandwidth: 80},
    {cyclesPerRow: 12},
  ],
  run({cores, bandwidth, batch, cyclesPerRow, gigahertz}) {
    const machine = {cores, gigahertz, bandwidthGBs: bandwidth, cyclesPerRow};
    const rows = (["bf16", "int8"] as const).flatMap((type) => {
      const dense = passCost(100, type, false, batch, machine);
      return DENSITIES.flatMap((density) =>
        [false, true].map((isExpanded) => {
          const {bytes, memory, products, expand, seconds, bound} = isExpanded
            ? passCost(density, type, true, batch, machine)
            : dense;
          return {
            kind: isExpanded ? "bitmap" : "dense",
            storage: `${isExpanded ? "bitmap" : "dense"}, ${type === "bf16" ? "bfloat16" : "int8"}`,
            type,
            density,
            gigabytes: bytes / 1e9,
            milliseconds: 1e3 * seconds,
            memory: 1e3 * memory,
            products: 1e3 * products,
            expand: 1e3 * expand,
            bound,
            timesDense: dense.seconds / seconds,
            provenance: "modelled" as const,
          };
        }),
      );
    });
    return [...rows, ...reportedRows(cores, batch)];
  },
});

/** The authors' measurement for so many cores, which is of whole tokens with a context of 512. */
function reportedRows(cores: number, batch: number) {
  const milliseconds = batch === 1 ? REPORTED_MS.get(cores) : undefined;
  if (milliseconds === undefined) return [];
  const blank = {gigabytes: null, memory: null, products: null, expand: null, bound: null, timesDense: null};
  const named = {
    kind: "reported",
    storage: "SparAMX's early kernels, whole token",
    type: "bf16",
    density: 50,
  };
  return [{...blank, ...named, milliseconds, provenance: "reported" as const}];
}
