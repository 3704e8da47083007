import fc from "fast-check";
import {expect, test} from "vitest";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {tinyDecoder} from "../tiny.js";

test("gives back what was appended, in order, whatever the steps, layer by layer", async () => {
  const {config} = await tinyDecoder();
  const width = config.kvHeads * config.headDim;
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 40}), {maxLength: 8}), fc.nat(100), (steps, keep) => {
      const cache = plainKvCache(config);
      let total = 0;
      for (const count of steps) {
        const values = Float32Array.from({length: count * width}, (_, i) => total * width + i);
        const positions = Int32Array.from({length: count}, (_, i) => total + i);
        cache.append(
          1,
          values,
          values.map((v) => -v),
          positions,
        );
        total += count;
        cache.length = total;
      }
      const cut = Math.min(keep, total);
      cache.truncate(cut);
      const {keys, values, positions} = cache.read(1);
      expect(Array.from(positions)).toEqual(Array.from({length: cut}, (_, i) => i));
      expect(Array.from(keys)).toEqual(Array.from({length: cut * width}, (_, i) => i));
      expect(values).toEqual(keys.map((key) => -key));
      expect(cache.read(0).positions.length).toBe(0);
    }),
    {seed: 9, numRuns: 100},
  );
});
