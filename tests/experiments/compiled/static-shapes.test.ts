import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {growingTextCost, staticTextCost} from "../../../src/lib/compiled/nitro/static-cost.js";
import {decoderTokenOperations} from "../../../src/lib/engine/token-operations.js";
import {staticShapes} from "../../../src/lib/experiments/compiled/static-shapes.js";
import {DECODERS} from "../../../src/lib/experiments/shared/decoders.js";

const config = DECODERS["decoder-small"];
const text = {prompt: 10, written: 6};

describe("the cost of a text", () => {
  test("with fixed shapes does not depend on how long the text is, but on the compiled length", () => {
    const cost = staticTextCost(config, {compiledLength: 64, tokens: 1}, text);
    expect(cost.runs).toBe(16);
    expect(cost.operations).toBe(16 * decoderTokenOperations(config, 63));
    // Two of 2 heads of 16 channels in each of 4 layers.
    expect(cost.read).toBe(16 * 64 * 2 * 2 * 16 * 4);
    expect(cost.written).toBe(cost.read);
  });

  test("falls in runs, not in operations, where the prompt is read in pieces", () => {
    const one = staticTextCost(config, {compiledLength: 64, tokens: 1}, text);
    const pieces = staticTextCost(config, {compiledLength: 64, tokens: 4}, text);
    expect(pieces.runs).toBe(2 + 2 + 6);
    expect(pieces.operations).toBe(one.operations);
    expect(pieces.read / one.read).toBe(10 / 16);
  });

  test("with a cache that grows is that of the places that are filled", () => {
    const cost = growingTextCost(config, {prompt: 1, written: 2});
    const numbers = 2 * 2 * 16 * 4;
    expect(cost).toEqual({
      runs: 3,
      operations: [0, 1, 2].reduce((sum, context) => sum + decoderTokenOperations(config, context), 0),
      read: (1 + 2 + 3) * numbers,
      written: 3 * numbers,
    });
  });
});

describe("the experiment", () => {
  let data: Awaited<ReturnType<typeof loadData>>;
  beforeAll(async () => {
    data = await loadData(["weights/decoder-small"]);
  });

  test("gives the same tokens to the bit, whatever the length and the pieces", async () => {
    for (const piece of [1, 8] as const) {
      const rows = await staticShapes.run({lengths: [64, 128], piece}, {data});
      expect(rows.map(({way, compiledLength}) => [way, compiledLength])).toEqual([
        ["fixed", 64],
        ["growing", 64],
        ["fixed", 128],
        ["growing", 128],
      ]);
      for (const {equal, difference, time} of rows)
        expect({equal, difference, time}).toEqual({equal: 1, difference: 0, time: null});
      expect(rows[0].runs).toBe(piece === 1 ? 64 : 4 + 32);
      expect(rows[2].operations).toBeGreaterThan(rows[0].operations);
    }
  });

  test("takes the time of a token by the clock where it is asked to", async () => {
    let now = 0;
    const clock = () => {
      now += 192;
      return now;
    };
    const rows = await staticShapes.run({lengths: [64], measureTime: true}, {data, clock});
    expect(rows.map(({time}) => time)).toEqual([1, 1]);
  });
});
