import {describe, expect, test} from "vitest";
import {
  composeLayouts,
  elementsOf,
  type Layout,
  PRIMITIVES,
  timesHeld,
} from "../../../src/lib/accel/tilus/layout.js";
import {KNOWN_LAYOUTS, layoutOf} from "../../../src/lib/accel/tilus/layout-text.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

const places = (layout: Layout) => Array.from(elementsOf(layout), ({place}) => place);

/** Layouts by chance, of one to three primitives of sides up to 3. */
function anyLayouts(count: number): Layout[] {
  const {uniform} = randomStream(5, "layouts");
  const below = (n: number) => Math.floor(uniform() * n);
  const names = Object.keys(PRIMITIVES);
  const primitive = () => PRIMITIVES[names[below(names.length)]](1 + below(3), 1 + below(3));
  return Array.from({length: count}, () =>
    Array.from({length: 1 + below(3)}, primitive).reduce(composeLayouts),
  );
}

describe("a layout", () => {
  test("of the tensor cores' accumulator holds the elements that the hardware documents", () => {
    const layout = layoutOf(KNOWN_LAYOUTS["accumulator of m16n8k8"]);
    expect(layout).toMatchObject({shape: [16, 8], threads: 32, locals: 4});
    expect([layout.place(1, 0), layout.place(4, 0), layout.place(0, 2)]).toEqual([
      [0, 2],
      [1, 0],
      [8, 0],
    ]);
  });

  test("holds each element of its tile once, whatever it is a product of", () => {
    for (const layout of [...anyLayouts(60), ...Object.values(KNOWN_LAYOUTS).map(layoutOf)])
      expect(new Set(timesHeld(layout)), layout.text).toEqual(new Set([1]));
  });

  test("is the same however a product is bracketed, and another in another order", () => {
    const [f, g, h] = [anyLayouts(40), anyLayouts(40).toReversed(), anyLayouts(40).slice(7)];
    h.forEach((each, i) => {
      const [left, right] = [
        composeLayouts(composeLayouts(f[i], g[i]), each),
        composeLayouts(f[i], composeLayouts(g[i], each)),
      ];
      expect(left.shape).toEqual(right.shape);
      expect(places(left)).toEqual(places(right));
      expect(left.text).toBe(right.text);
    });
    const [a, b] = [layoutOf("local(2, 1).spatial(2, 2)"), layoutOf("spatial(2, 2).local(2, 1)")];
    expect(places(a)).not.toEqual(places(b));
  });

  test("is read from its own text", () => {
    for (const layout of anyLayouts(20)) expect(places(layoutOf(layout.text))).toEqual(places(layout));
  });

  test("of unknown parts, sizes or too many elements is refused by name", () => {
    expect(() => layoutOf("")).toThrow(/a part must be one of local, spatial, .* got ""$/);
    expect(() => layoutOf("local(2, 1).toString(1, 1)")).toThrow(/got "toString\(1, 1\)"$/);
    expect(() => layoutOf("local(2)")).toThrow(/got "local\(2\)"$/);
    expect(() => layoutOf("spatial(0, 2)")).toThrow(/spatial: rows must be .* got 0$/);
    expect(() => layoutOf("local(100, 100)")).toThrow(/at most 4096 elements, got 100 × 100$/);
  });
});
