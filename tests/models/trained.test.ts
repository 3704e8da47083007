import {readdirSync, readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {referenceBackend} from "../../src/lib/models/backend.js";
import {ARCHITECTURES} from "../../src/lib/models/config.js";
import {forward} from "../../src/lib/models/decoder.js";
import {greedy} from "../../src/lib/models/generate.js";
import {wasmBackend} from "../../src/lib/models/wasm-backend.js";
import {loadFolder, maxDifference, readExpected, trainedPath} from "./golden.js";

const BACKENDS = {reference: async () => referenceBackend, wasm: wasmBackend};
const isDecoder = (name: string) => {
  const config = JSON.parse(readFileSync(`${trainedPath(name)}/config.json`, "utf8"));
  return ARCHITECTURES.includes(config.architectures[0]);
};
const RUNS = readdirSync(trainedPath(""))
  .filter(isDecoder)
  .flatMap((name) => Object.entries(BACKENDS).map(([backend, make]) => ({name, backend, make})));

describe.each(RUNS)("trained model $name on $backend", ({name, make}) => {
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
    expect(hidden.length).toBe(expected.hidden.length);
    hidden.forEach((h, i) => {
      // The residual stream of the outlier variant reaches thousands: the tolerance is of the largest value.
      const largest = expected.hidden[i]!.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
      expect(maxDifference(h, expected.hidden[i]!)).toBeLessThan(3e-5 * largest);
    });
    const {tokens, logits: rows} = greedy(model, expected.ids, expected.greedy.length);
    expect(tokens).toEqual(expected.greedy.map(({token}) => token));
    rows.forEach((row, i) => {
      expect(maxDifference(row, expected.greedy[i]!.logits)).toBeLessThan(expected.tolerance);
    });
  });
});
