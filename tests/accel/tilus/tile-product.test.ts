import {describe, expect, test} from "vitest";
import {KNOWN_LAYOUTS, layoutOf} from "../../../src/lib/accel/tilus/layout-text.js";
import {bytesOfThread, packTile, unpackTile} from "../../../src/lib/accel/tilus/packed-tile.js";
import {TILE_ELEMENTS, type TileElement} from "../../../src/lib/accel/tilus/tile-elements.js";
import {LOADING_WAYS, tileProduct} from "../../../src/lib/accel/tilus/tile-product.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

const WIDE = layoutOf(KNOWN_LAYOUTS["weights, four products wide"]);
const LAYOUTS = Object.values(KNOWN_LAYOUTS).map(layoutOf);

/** Codes that stand for numbers: not the NaN of a float. */
function codesOf({values}: TileElement, count: number, seed = 1): Uint8Array {
  const {uniform} = randomStream(seed, "codes");
  const finite = Array.from(values.keys()).filter((code) => Number.isFinite(values[code]));
  return Uint8Array.from({length: count}, () => finite[Math.floor(uniform() * finite.length)]);
}

/** Small whole numbers, so that every sum is exact. */
const activations = (count: number) => Float64Array.from({length: count}, (_, i) => ((i * 7) % 11) - 5);

describe("a packed tile", () => {
  test("gives its codes back in every layout and number of bits whose threads end on a byte", () => {
    for (const layout of LAYOUTS) {
      for (let bits = 1; bits <= 8; bits++) {
        const [rows, columns] = layout.shape;
        const codes = Uint8Array.from({length: rows * columns}, (_, i) => (i * 37) % 2 ** bits);
        if ((layout.locals * bits) % 8 !== 0) {
          expect(() => packTile(codes, layout, bits)).toThrow(/must be a multiple of 8 to be seen as bytes/);
          continue;
        }
        const packed = packTile(codes, layout, bits);
        expect(packed).toHaveLength((rows * columns * bits) / 8);
        expect(unpackTile(packed, layout, bits)).toEqual(codes);
      }
    }
  });

  test("of another length is refused", () => {
    expect(() => packTile(new Uint8Array(3), WIDE, 4)).toThrow(/codes must be 16 × 32, got 3$/);
    expect(() => unpackTile(new Uint8Array(3), WIDE, 4)).toThrow(/packed must hold 256 bytes, got 3$/);
  });
});

describe("a product tile by tile", () => {
  const depth = 21;
  const width = 35;
  const rows = 3;
  const x = activations(rows * depth);

  test.each(TILE_ELEMENTS.map((element) => [element.id, element] as const))(
    "of %s weights is the product of their numbers, also where tiles overhang",
    (_, element) => {
      const codes = codesOf(element, depth * width);
      const plain = Float64Array.from({length: rows * width}, (_, at) => {
        const [row, n] = [Math.floor(at / width), at % width];
        return Array.from(
          {length: depth},
          (_, k) => x[row * depth + k] * element.values[codes[k * width + n]],
        ).reduce((sum, term) => sum + term, 0);
      });
      for (const way of LOADING_WAYS)
        expect(tileProduct(x, {codes, depth, width, element}, WIDE, way).product).toEqual(plain);
    },
  );

  test("takes fewer loads and bytes from a packed tile, and as many casts and products", () => {
    for (const element of TILE_ELEMENTS) {
      const codes = codesOf(element, 64 * 64);
      const ask = (way: (typeof LOADING_WAYS)[number]) =>
        tileProduct(activations(64), {codes, depth: 64, width: 64, element}, WIDE, way).costs;
      const [packed, plain] = LOADING_WAYS.map(ask);
      expect(packed.loads).toBeLessThan(plain.loads);
      expect(packed.sectorBytes).toBe((64 * 64 * element.bits) / 8);
      expect(packed.sectorBytes).toBeLessThanOrEqual(plain.sectorBytes);
      expect([packed.casts, packed.multiplyAdds]).toEqual([plain.casts, plain.multiplyAdds]);
      expect(packed.casts).toBe(64 * 64);
    }
  });

  test("refuses sizes that do not fit, and threads whose codes do not end on a byte", () => {
    const [element] = TILE_ELEMENTS;
    const weights = {codes: new Uint8Array(6), depth: 2, width: 3, element};
    expect(() => tileProduct(x, {...weights, width: 4}, WIDE, LOADING_WAYS[0])).toThrow(
      /codes must be 2 × 4, got 6$/,
    );
    expect(() => tileProduct(Float64Array.of(1), weights, WIDE, LOADING_WAYS[0])).toThrow(
      /rows of x must be/,
    );
    expect(() => bytesOfThread(layoutOf("spatial(2, 2)"), 4)).toThrow(/got 1 · 4$/);
  });
});
