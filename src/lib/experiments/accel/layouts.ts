import type {Layout} from "../../accel/tilus/layout.js";
import {KNOWN_LAYOUTS, layoutOf} from "../../accel/tilus/layout-text.js";
import {TILE_ELEMENTS, type TileElement} from "../../accel/tilus/tile-elements.js";
import {
  type CodedWeights,
  LOADING_WAYS,
  type LoadingWay,
  tileProduct,
} from "../../accel/tilus/tile-product.js";
import {experiment} from "../../experiment/experiment.js";
import {randomStream} from "../../tensor/random.js";

/** Weights of the product: several tiles of every layout, and no multiple of all of them. */
const DEPTH = 64;
const WIDTH = 96;
const LAYOUT_NAMES = Object.keys(KNOWN_LAYOUTS) as (keyof typeof KNOWN_LAYOUTS)[];

/** Codes that stand for numbers: work does not depend on which. */
function weightsOf(element: TileElement, seed: number): CodedWeights {
  const {uniform} = randomStream(seed, "codes of a tile");
  const finite = Array.from(element.values.keys()).filter((code) => Number.isFinite(element.values[code]));
  const codes = Uint8Array.from({length: DEPTH * WIDTH}, () => finite[Math.floor(uniform() * finite.length)]);
  return {codes, depth: DEPTH, width: WIDTH, element};
}

/** The largest distance of a product from the plain one. */
function distance(x: Float64Array, {codes, element}: CodedWeights, product: Float64Array): number {
  let most = 0;
  for (let n = 0; n < WIDTH; n++) {
    let sum = 0;
    for (let k = 0; k < DEPTH; k++) sum += x[k] * element.values[codes[k * WIDTH + n]];
    most = Math.max(most, Math.abs(sum - product[n]));
  }
  return most;
}

function workOf(layout: Layout, weights: CodedWeights, way: LoadingWay) {
  // Whole numbers, so that the sums of integer weights are exact.
  const x = Float64Array.from({length: DEPTH}, (_, i) => ((i * 7) % 11) - 5);
  const {product, costs} = tileProduct(x, weights, layout, way);
  const count = costs.casts;
  return {
    loads: (1000 * costs.loads) / count,
    bitsLoaded: (8 * costs.sectorBytes) / count,
    extractions: costs.extractions / count,
    distance: distance(x, weights, product),
  };
}

/** Weights of any bits on their way into registers: packed for the layout, or out of the matrix as it stands. */
export const layouts = experiment({
  id: "accel/layouts",
  title: "Weights of any bits on their way into registers",
  question:
    "How many loads do weights of one to eight bits take, packed for their layout or as the matrix stands?",
  source: "Tilus, arXiv:2504.12984",
  params: {
    layout: {
      kind: "choice",
      label: "Layout of a tile",
      help: "Which thread holds which weights in its registers.",
      options: LAYOUT_NAMES,
      default: "weights, four products wide",
    },
    seed: {kind: "integer", label: "Seed of the weights", min: 0, max: 999, default: 1, advanced: true},
  },
  columns: {
    layout: {type: "string", label: "Layout"},
    element: {type: "string", label: "Type of a weight"},
    bits: {type: "integer", label: "Bits of a weight"},
    way: {type: "string", label: "Weights in memory"},
    loads: {
      type: "number",
      label: "Loads",
      unit: "instructions of a warp per thousand weights",
      provenance: "measured",
      nullable: true,
    },
    bitsLoaded: {
      type: "number",
      label: "Moved",
      unit: "bits per weight, sectors of 32 bytes",
      provenance: "measured",
      nullable: true,
    },
    extractions: {
      type: "number",
      label: "Shifts, masks and ors",
      unit: "per weight",
      provenance: "measured",
      nullable: true,
    },
    distance: {
      type: "number",
      label: "Largest distance from the plain product",
      provenance: "measured",
      nullable: true,
    },
  },
  needs: [],
  sweep: LAYOUT_NAMES.map((layout) => ({layout})),
  async run({layout: name, seed}, {progress}) {
    const layout = layoutOf(KNOWN_LAYOUTS[name]);
    const rows = [];
    for (const [n, element] of TILE_ELEMENTS.entries()) {
      await progress(n / TILE_ELEMENTS.length);
      const weights = weightsOf(element, seed);
      for (const way of LOADING_WAYS) {
        // A thread's codes that end within a byte cannot be seen as bytes.
        const canLoad = way !== "packed for the layout" || (layout.locals * element.bits) % 8 === 0;
        const none = {loads: null, bitsLoaded: null, extractions: null, distance: null};
        rows.push({
          layout: name,
          element: element.id,
          bits: element.bits,
          way,
          ...(canLoad ? workOf(layout, weights, way) : none),
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});
