import {type Csr, requireFactors} from "./csr.js";
import {partialProducts} from "./windows.js";

/** Orders of the three loops of a sparse product. */
export const PRODUCT_ORDERS = ["inner", "outer", "row-wise"] as const;

/** Words that an order of the loops moves between memory and chip. */
export interface ProductTraffic {
  readonly order: (typeof PRODUCT_ORDERS)[number];
  readonly read: number;
  /** Partial products that are written and read again before they are merged, two words each. */
  readonly stored: number;
  readonly written: number;
}

/** Words of an entry: its place and its value. */
const ENTRY = 2;

/**
 * Words moved by each order of a sparse product. Inner: a row of a stays on the chip while the places of all columns of b go by,
 * values only where two places meet. Outer: both factors are read once, all partial products are written and merged after. Row-wise:
 * each entry of a reads a row of b, and products are merged where they arise. Starts of rows are left out.
 * @param entries entries of the product
 * @throws RangeError for matrices that have no product.
 */
export function productTraffic(a: Csr, b: Csr, entries: number): ProductTraffic[] {
  requireFactors("productTraffic", a, b);
  const products = partialProducts(a, b).reduce((sum, count) => sum + count, 0);
  const filledRows = a.starts.subarray(1).filter((end, row) => end > a.starts[row]).length;
  const [aEntries, bEntries] = [a.values.length, b.values.length];
  const written = ENTRY * entries;
  return [
    {order: "inner", read: ENTRY * aEntries + filledRows * bEntries + products, stored: 0, written},
    {order: "outer", read: ENTRY * (aEntries + bEntries), stored: 2 * ENTRY * products, written},
    {order: "row-wise", read: ENTRY * (aEntries + products), stored: 0, written},
  ];
}
