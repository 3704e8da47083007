import {KNOWN_LAYOUTS, layoutOf} from "../../../accel/tilus/layout-text.js";
import {TILE_ELEMENTS} from "../../../accel/tilus/tile-elements.js";
import {LOADING_WAYS, tileProduct} from "../../../accel/tilus/tile-product.js";
import type {Claim} from "../claim.js";
import {measured, reported} from "../evidence.js";

const [DEPTH, WIDTH] = [32, 64] as const;

/** Types whose product by a tile program is the plain one, and loads of the program over those out of the matrix. */
function tilePrograms() {
  const layout = layoutOf(KNOWN_LAYOUTS["weights, four products wide"]);
  const x = Float64Array.from({length: DEPTH}, (_, k) => (k % 7) - 3);
  let [equal, packed, plain] = [0, 0, 0];
  for (const element of TILE_ELEMENTS) {
    const codes = Uint8Array.from({length: DEPTH * WIDTH}, (_, i) => (i * 5) % (2 ** element.bits - 1));
    const weights = {codes, depth: DEPTH, width: WIDTH, element};
    const [ours, theirs] = LOADING_WAYS.map((way) => tileProduct(x, weights, layout, way));
    const sums = Float64Array.from({length: WIDTH}, (_, n) =>
      x.reduce((sum, value, k) => sum + value * element.values[codes[k * WIDTH + n]], 0),
    );
    if (sums.every((sum, n) => sum === ours.product[n])) equal++;
    packed += ours.costs.loads;
    plain += theirs.costs.loads;
  }
  return {equal, loads: plain / packed};
}

/** Claims of Tilus. */
export const tilusClaims: readonly Claim[] = [
  {
    id: "tilus-any-bits",
    paper: "arXiv:2504.12984",
    place: "abstract",
    statement:
      "One virtual machine runs products with weights of any type of one to eight bits, 1.75 times as fast as Triton's.",
    kind: "measured",
    reported: [
      reported("products with quantized weights", "faster than Triton", 1.75, "x"),
      reported("products with quantized weights", "faster than Ladder", 2.61, "x"),
    ],
    ours: () => {
      const {equal, loads} = tilePrograms();
      return [
        measured("tile programs", "types whose product is exact", equal, `of ${TILE_ELEMENTS.length} types`),
        measured("tile programs", "fewer loads than out of the matrix", loads, "x"),
      ];
    },
    // The speed was not run: a wrong product speaks against the claim, and right ones for its first half alone.
    judge: (_reported, ours) => (ours[0].value === TILE_ELEMENTS.length ? "open" : "differs"),
    why: "The layouts and programs run here and give exact products for every type, with fewer loads. Times need a graphics processor and the kernels compared with, which are not run here, so the speeds stay open.",
  },
];
