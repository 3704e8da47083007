import {readdirSync, readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {modelRecord} from "../../src/lib/architectures/read-model.js";
import {openCheckpoint} from "../../src/lib/checkpoint/open-checkpoint.js";
import {forwardAttamba} from "../../src/lib/engine/attamba/attamba.js";
import {attambaCache} from "../../src/lib/engine/attamba/attamba-cache.js";
import {attambaConfigOf} from "../../src/lib/engine/attamba/attamba-config.js";
import {loadAttamba} from "../../src/lib/engine/attamba/load-attamba.js";
import {referenceBackend} from "../../src/lib/engine/backend.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {greedy, readOn} from "../../src/lib/engine/generate.js";
import {openModel} from "../../src/lib/engine/language-model.js";
import {forwardMamba} from "../../src/lib/engine/mamba/mamba.js";
import {mambaCache} from "../../src/lib/engine/mamba/mamba-cache.js";
import {mambaConfig} from "../../src/lib/engine/mamba/mamba-config.js";
import {mambaOf, readMambaWeights} from "../../src/lib/engine/mamba/mamba-weights.js";
import {readConfig} from "../../src/lib/engine/read-config.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {loadFolder, maxDifference, readExpected, trainedPath} from "./golden.js";

const BACKENDS = {reference: async () => referenceBackend, wasm: wasmBackend};

/** Every trained model of some architectures on every backend. */
function runs(architectures: readonly string[]) {
  const names = readdirSync(trainedPath("")).filter((name) => {
    const config = JSON.parse(readFileSync(`${trainedPath(name)}/config.json`, "utf8"));
    return architectures.includes(config.architectures[0]);
  });
  return names.flatMap((name) => Object.entries(BACKENDS).map(([backend, make]) => ({name, backend, make})));
}

/** The residual stream of an outlier variant reaches thousands: the tolerance is of the largest value. */
function expectHidden(hidden: readonly Float32Array[], expected: readonly Float64Array[]): void {
  expect(hidden.length).toBe(expected.length);
  hidden.forEach((h, i) => {
    const largest = expected[i].reduce((top, value) => Math.max(top, Math.abs(value)), 0);
    expect(maxDifference(h, expected[i])).toBeLessThan(3e-5 * largest);
  });
}

describe.each(runs(["LlamaForCausalLM"]))("trained model $name on $backend", ({name, make}) => {
  const expected = readExpected(name, trainedPath(name));

  test("gives the logits, hidden states and greedy tokens of its float64 run", async () => {
    const model = await loadFolder(trainedPath(name), {backend: await make()});
    const hidden: Float32Array[] = [];
    const logits = forward(model, expected.ids, {
      hooks: {
        tensor(site, _, x) {
          if (site === "embedding" || site === "layer.output") hidden.push(x);
          return undefined;
        },
      },
    });
    expect(maxDifference(logits.data, expected.logits)).toBeLessThan(expected.tolerance);
    expectHidden(hidden, expected.hidden);
    const {tokens, logits: rows} = greedy(model, expected.ids, expected.greedy.length);
    expect(tokens).toEqual(expected.greedy.map(({token}) => token));
    rows.forEach((row, i) => {
      expect(maxDifference(row, expected.greedy[i].logits)).toBeLessThan(expected.tolerance);
    });
  });
});

describe.each(runs(["MambaForCausalLM", "Mamba2ForCausalLM"]))(
  "trained model $name on $backend",
  ({name, make}) => {
    const expected = readExpected(name, trainedPath(name));
    const open = async () => {
      const folder = await openFolder(trainedPath(name));
      const config = mambaConfig(await readConfig(folder, "test"));
      const weights = await readMambaWeights(await openCheckpoint(folder), config);
      await folder.close();
      return mambaOf(weights, {backend: await make()});
    };

    test("gives the logits and hidden states of its float64 run", async () => {
      const hidden: Float32Array[] = [];
      const logits = forwardMamba(await open(), expected.ids, {
        hooks: {
          tensor(site, _, x) {
            if (site === "embedding" || site === "layer.output") hidden.push(x);
            return undefined;
          },
        },
      });
      expect(maxDifference(logits.data, expected.logits)).toBeLessThan(expected.tolerance);
      expectHidden(hidden, expected.hidden);
    });

    test("writes the greedy tokens of its float64 run, step by step from its state", async () => {
      const model = await open();
      const cache = mambaCache(model.config);
      const read = (ids: readonly number[]) => forwardMamba(model, ids, {cache});
      const {tokens, logits} = readOn(read, expected.ids, expected.greedy.length);
      expect(tokens).toEqual(expected.greedy.map(({token}) => token));
      logits.forEach((row, i) => {
        expect(maxDifference(row, expected.greedy[i].logits)).toBeLessThan(expected.tolerance);
      });
    });
  },
);

describe.each(runs(["AttambaForCausalLM"]))("trained model $name on $backend", ({name, make}) => {
  const expected = readExpected(name, trainedPath(name));

  test("gives the logits and greedy tokens of its float64 run, step by step from its small cache", async () => {
    const folder = await openFolder(trainedPath(name));
    const config = attambaConfigOf(modelRecord(await readConfig(folder, "test")));
    const model = await loadAttamba(await openCheckpoint(folder), config, {backend: await make()});
    await folder.close();
    expect(model.unused).toEqual([]);
    expect(maxDifference(forwardAttamba(model, expected.ids).data, expected.logits)).toBeLessThan(
      expected.tolerance,
    );
    const cache = attambaCache(config);
    const read = (ids: readonly number[]) => forwardAttamba(model, ids, {cache});
    const {tokens, logits} = readOn(read, expected.ids, expected.greedy.length);
    expect(tokens).toEqual(expected.greedy.map(({token}) => token));
    logits.forEach((row, i) => {
      expect(maxDifference(row, expected.greedy[i].logits)).toBeLessThan(expected.tolerance);
    });
  });
});

/** They run in float64 on every backend, so that the bound is of the float32 that logits are rounded to. */
describe.each(runs(["HGRNBitForCausalLM"]).filter(({backend}) => backend === "reference"))(
  "trained model $name",
  ({name}) => {
    const expected = readExpected(name, trainedPath(name));

    test("gives the logits and greedy tokens of its float64 run, step by step from its state", async () => {
      const folder = await openFolder(trainedPath(name));
      const model = await openModel(folder);
      await folder.close();
      expect(model.unused).toEqual([]);
      expect(maxDifference(model.read()(expected.ids).data, expected.logits)).toBeLessThan(2e-6);
      const {tokens, logits} = readOn(model.read(), expected.ids, expected.greedy.length);
      expect(tokens).toEqual(expected.greedy.map(({token}) => token));
      logits.forEach((row, i) => {
        expect(maxDifference(row, expected.greedy[i].logits)).toBeLessThan(2e-6);
      });
    });
  },
);
