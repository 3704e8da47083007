import {describe, expect, test} from "vitest";
import {cyclicEnds, cyclicOffset, uniformEnds} from "../../../src/lib/engine/attamba/chunk-ends.js";
import {chunkMask, placesInChunks, releasedBoundaries} from "../../../src/lib/mixers/attamba/boundaries.js";
import {
  attambaOperations,
  isoWidths,
  transformerOperations,
} from "../../../src/lib/mixers/attamba/iso-widths.js";
import {randomEnds} from "../../../src/lib/mixers/attamba/random-ends.js";

const endsOf = (ends: (layer: number, position: number) => boolean, layer: number, tokens: number) =>
  Array.from({length: tokens}, (_, t) => t).filter((t) => ends(layer, t));

const SHAPES = [
  {tokenChunk: 1, layers: 4},
  {tokenChunk: 4, layers: 4},
  {tokenChunk: 8, layers: 4},
  {tokenChunk: 16, layers: 3},
  {tokenChunk: 5, layers: 8},
];

describe("boundaries", () => {
  test("of the released code are those of a text that goes on, with the last one moved to the end", () => {
    for (const shape of SHAPES) {
      for (const tokens of [2, 7, 17, 40]) {
        for (let layer = 0; layer < shape.layers; layer++) {
          const released = [...releasedBoundaries({...shape, layer, tokens})];
          const going = endsOf(cyclicEnds(shape), layer, tokens);
          const moved = going.length === 1 ? [tokens - 1] : [...going.slice(0, -1), tokens - 1];
          expect(released).toEqual(moved);
        }
      }
    }
  });

  test("of the released code depend on what is still to come; those of a decoder do not", () => {
    const text = {tokenChunk: 8, layer: 3, layers: 8};
    const [short, long] = [40, 45].map((tokens) => [...releasedBoundaries({...text, tokens})]);
    expect(short).not.toContain(36);
    expect(long).toContain(36);
    expect(endsOf(cyclicEnds({tokenChunk: 8, layers: 8}), 3, 40)).toContain(36);
  });

  test("shift by as much as fits, and by nothing where there are more layers than tokens in a chunk", () => {
    const offsets = (tokenChunk: number, layers: number) =>
      Array.from({length: layers}, (_, layer) => cyclicOffset({tokenChunk, layers}, layer));
    expect(offsets(8, 4)).toEqual([0, 2, 4, 6]);
    expect(offsets(4, 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(endsOf(uniformEnds({tokenChunk: 4}), 3, 12)).toEqual([0, 3, 7, 11]);
  });

  test("of random chunks are as many in every layer, at other places in each, and the same for the same seed", () => {
    const shape = {tokenChunk: 4, layers: 3};
    const drawn = (seed: number) => [0, 1, 2].map((layer) => endsOf(randomEnds(shape, 64, seed), layer, 64));
    expect(drawn(1).map(({length}) => length)).toEqual([17, 17, 17]);
    expect(new Set(drawn(1).map(String)).size).toBe(3);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(2)).not.toEqual(drawn(1));
  });

  test("refuse a layer that is not there and empty texts", () => {
    const text = {tokenChunk: 4, layer: 0, layers: 4, tokens: 8};
    expect(() => releasedBoundaries({...text, layer: 4})).toThrow(RangeError);
    expect(() => releasedBoundaries({...text, tokens: 0})).toThrow(/tokens/);
    expect(() => releasedBoundaries({...text, tokenChunk: 0})).toThrow(/tokenChunk/);
  });
});

describe("the mask over chunks", () => {
  test("lets a query see ends of chunks before it, its last tokens, and itself, and nothing later", () => {
    const ends = [0, 3, 7, 9];
    const mask = chunkMask(ends, 10, 2);
    const seen = (t: number) => Array.from({length: 10}, (_, k) => k).filter((k) => mask[t * 10 + k] === 1);
    expect(seen(0)).toEqual([0]);
    expect(seen(6)).toEqual([0, 3, 4, 5, 6]);
    expect(seen(9)).toEqual([0, 3, 7, 8, 9]);
  });

  test("is causal attention over all tokens where every chunk is one token, or all tokens are kept", () => {
    const causal = Array.from({length: 36}, (_, i) => Number(i % 6 <= Math.floor(i / 6)));
    expect([...chunkMask([0, 1, 2, 3, 4, 5], 6, 0)]).toEqual(causal);
    expect([...chunkMask([0, 5], 6, 6)]).toEqual(causal);
  });

  test("goes with places that begin anew after every end", () => {
    expect([...placesInChunks([0, 3, 6], 7)]).toEqual([0, 0, 1, 2, 0, 1, 2]);
  });
});

describe("widths of equal cost", () => {
  test("solve the equations that they come from", () => {
    for (const tokenChunk of [2, 4, 8, 64]) {
      const sizes = {width: 512, tokenChunk, tokens: 4096, state: 32};
      const {operations, cache} = isoWidths(sizes);
      expect(transformerOperations(operations, 4096)).toBeCloseTo(attambaOperations(sizes), 3);
      expect(cache * 4096).toBeCloseTo((512 / tokenChunk) * 4096 + 32, 6);
    }
  });
});
