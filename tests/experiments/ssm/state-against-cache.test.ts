import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {packedKvCache} from "../../../src/lib/engine/cache/packed-kv-cache.js";
import {decoderTokenOperations, mambaTokenOperations} from "../../../src/lib/engine/token-operations.js";
import {DECODERS} from "../../../src/lib/experiments/shared/decoders.js";
import {MAMBAS} from "../../../src/lib/experiments/ssm/mambas.js";
import {stateAgainstCache} from "../../../src/lib/experiments/ssm/state-against-cache.js";
import {formats} from "../../../src/lib/formats/registry.js";

const data = await loadData(stateAgainstCache.needs);
const run = (params: Parameters<typeof stateAgainstCache.run>[0], clock?: () => number) =>
  stateAgainstCache.run(params, {data, ...(clock && {clock})});

describe("ssm/state-against-cache", () => {
  test("a state is as large after any text; a cache grows by the same for every token", async () => {
    const rows = await run({});
    for (const model of ["mamba1-small", "mamba2-small"]) {
      const sizes = new Set(rows.filter((row) => row.model === model).map(({memoryBytes}) => memoryBytes));
      expect(sizes.size).toBe(1);
    }
    for (const model of ["decoder-small", "decoder-large"]) {
      const own = rows.filter((row) => row.model === model);
      expect(own.map(({context}) => context)).toEqual([16, 32, 64, 128, 256, 512, 1024, 2048, 4096]);
      for (const {memoryBytes, context} of own) expect(memoryBytes / context).toBe(own[0].memoryBytes / 16);
    }
  });

  test("counts in float32 what the shapes say: 8 bytes a cached channel, 4 a number of state", async () => {
    const rows = await run({format: "fp32"});
    const at = (model: string) => rows.find((row) => row.model === model)!;
    expect(at("decoder-small").memoryBytes).toBe(16 * 4 * 8 * 2 * 16);
    expect(at("decoder-large").memoryBytes).toBe(16 * 8 * 8 * 4 * 16);
    expect(at("mamba1-small").memoryBytes).toBe(4 * 4 * (128 * 16 + 3 * 128));
    expect(at("mamba2-small").memoryBytes).toBe(4 * 4 * (128 * 64 + 3 * (128 + 256)));
    expect(at("decoder-small").memoryAgainst).toBe(16);
    expect(at("mamba2-small").memoryAgainst).toBe(146);
  });

  test.each(["fp16", "int8", "int4"])(
    "a token counted once is a cache really packed in %s",
    async (format) => {
      const [row] = await run({models: ["decoder-small"], format} as Parameters<typeof run>[0]);
      const config = DECODERS["decoder-small"];
      const cache = packedKvCache(config, formats[format]);
      const tokens = Float32Array.from({length: 16 * 32}, (_, i) => Math.sin(i));
      const positions = Int32Array.from({length: 16}, (_, i) => i);
      for (let layer = 0; layer < config.layers; layer++) cache.append(layer, tokens, tokens, positions);
      expect(row.memoryBytes).toBe(cache.bytes());
    },
  );

  test("counts weights as stored, and operations that grow for decoders alone", async () => {
    const rows = await run({longest: 1024});
    const of = (model: string) => rows.filter((row) => row.model === model);
    expect(of("decoder-small")[0].weightBytes).toBe(2 * 217_664);
    for (const id of ["mamba1-small", "mamba2-small"] as const) {
      expect(new Set(of(id).map(({operations}) => operations)).size).toBe(1);
      expect(MAMBAS[id].layers).toBe(4);
    }
    const decoder = of("decoder-small").map(({operations}) => operations);
    expect(decoder).toEqual(decoder.toSorted((a, b) => a - b));
    expect(new Set(decoder).size).toBe(decoder.length);
  });

  test("leaves times out unless asked, and then takes them from the clock it is given", async () => {
    for (const {time, timeLow, timeHigh} of await run({models: ["decoder-small"], longest: 1024})) {
      expect([time, timeLow, timeHigh]).toEqual([null, null, null]);
    }
    let now = 0;
    const rows = await run({models: ["mamba1-small"], longest: 1024, measureTime: true}, () => {
      now += 1000;
      return now;
    });
    for (const {time, timeLow, timeHigh} of rows) {
      // A second passes from one look to the next, so that one token lasts long enough.
      expect(time).toBe(1000);
      expect(timeLow).toBe(time);
      expect(timeHigh).toBe(time);
    }
  });

  test("operations are the library's counts, and memory is told in tokens of the small decoder's cache", async () => {
    const rows = await run({longest: 1024, format: "int8"});
    const token = rows.find(({model}) => model === "decoder-small")!.memoryBytes / 16;
    for (const {model, context, operations, memoryBytes, memoryAgainst} of rows) {
      const own =
        model === "mamba1-small" || model === "mamba2-small"
          ? mambaTokenOperations(MAMBAS[model])
          : decoderTokenOperations(DECODERS[model as "decoder-small"], context);
      expect(operations, model).toBe(own);
      expect(memoryAgainst, model).toBeCloseTo(memoryBytes / token, 12);
    }
  });

  test("fewer bits take less memory, and the weights stay as they are", async () => {
    const [wide, half, eight] = [await run({format: "fp32"}), await run({}), await run({format: "int8"})];
    wide.forEach((row, i) => {
      expect(half[i].memoryBytes).toBe(row.memoryBytes / 2);
      expect(eight[i].memoryBytes).toBeLessThan(half[i].memoryBytes);
      expect(eight[i].weightBytes).toBe(row.weightBytes);
    });
  });

  test("refuses a length that is none of its choices", async () => {
    await expect(run({longest: 2048 as 1024})).rejects.toThrow(
      "run ssm/state-against-cache: longest must be one of 1024, 4096, 16384, got 2048",
    );
  });

  test("no setting of the shipped table measures time", () => {
    expect(stateAgainstCache.sweep.every((setting) => !("measureTime" in setting))).toBe(true);
    expect(stateAgainstCache.params.measureTime.default).toBe(false);
  });
});
