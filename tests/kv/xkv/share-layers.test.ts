import {describe, expect, test} from "vitest";
import {fp16, fp32} from "../../../src/lib/formats/float/float.js";
import {keepWhole, shareBases, shareLayers} from "../../../src/lib/kv/xkv/share-layers.js";
import {xkvFactorize, xkvReconstruct} from "../../../src/lib/kv/xkv/xkv.js";
import {xkvBytes} from "../../../src/lib/kv/xkv/xkv-bytes.js";
import {normals, relativeSquare} from "../random.js";

const [TOKENS, WIDTH] = [30, 6];
const layers = Array.from({length: 5}, (_, layer) => normals(layer, TOKENS * WIDTH));
const bases = (groupSize: number) => shareBases(layers, WIDTH, {groupSize, rank: 12});

describe("shareLayers", () => {
  test("gives each layer what its own group makes of it, the short last group too", () => {
    const {layers: kept} = shareLayers(layers, bases(2), 3, fp32);
    expect(kept).toHaveLength(5);
    const last = xkvReconstruct(xkvFactorize([layers[4]], WIDTH, 3), 0);
    expect(relativeSquare(last, kept[4])).toBeLessThan(1e-10);
    const second = xkvFactorize([layers[2], layers[3]], WIDTH, 3);
    expect(relativeSquare(xkvReconstruct(second, 1), kept[3])).toBeLessThan(1e-10);
  });

  test("counts the bytes that the accounting of the paper gives", () => {
    const {bytes} = shareLayers(layers, bases(2), 3, fp16);
    const sizes = {widths: new Array<number>(5).fill(WIDTH)};
    // Keys and values of one rank: this is one of the two.
    expect(bytes).toBe(xkvBytes(sizes, TOKENS, {groupSize: 2, rankK: 3, rankV: 3}) / 2);
  });

  test.each([1, 2, 5])(
    "keeps all layers to the bit where factors would not be smaller, groups of %i",
    (groupSize) => {
      const {layers: kept, bytes} = shareLayers(layers, bases(groupSize), 30, fp32);
      expect(kept).toEqual(layers);
      expect(bytes).toBe(5 * TOKENS * WIDTH * 4);
    },
  );

  test("loses less with more components, and never takes more room than what it stands for", () => {
    const runs = [1, 2, 3, 4, 5, 6, 9].map((rank) => shareLayers(layers, bases(5), rank, fp32));
    const errors = runs.map((run) => relativeSquare(flat(layers), flat(run.layers)));
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    const whole = keepWhole(layers, WIDTH, fp32).bytes;
    for (const {bytes} of runs) expect(bytes).toBeLessThanOrEqual(whole);
  });

  test("shares and rounds at once in a smaller format", () => {
    const [full, half] = [fp32, fp16].map((format) => shareLayers(layers, bases(5), 3, format));
    expect(half.bytes).toBe(full.bytes / 2);
    expect(relativeSquare(flat(full.layers), flat(half.layers))).toBeLessThan(1e-5);
    expect(half.layers).not.toEqual(full.layers);
  });
});

const flat = (x: readonly Float32Array[]) => x.flatMap((layer) => [...layer]);
