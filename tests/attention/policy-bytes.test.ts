import {describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {POLICY_IDS} from "../../src/lib/attention/policies.js";
import {evictionNoteBytes, policyReadBytes, policyStateBytes} from "../../src/lib/attention/policy-bytes.js";
import {pageBounds} from "../../src/lib/attention/quest/quest.js";
import {importanceStream} from "../../src/lib/attention/token-butler/token-butler.js";
import {tokenButlerPredictor} from "../../src/lib/attention/token-butler/token-butler-predictor.js";
import {DECODERS} from "../../src/lib/experiments/shared/decoders.js";
import {trainedPath} from "../engine/golden.js";

const config = DECODERS["decoder-small"];
const READS = {shownShare: 0.5, keys: 300, allKeys: 800, shownToHeads: 420};
const predictor = async () =>
  tokenButlerPredictor(await loadTensors(`${trainedPath("decoder-small")}/token-butler.safetensors`), config);

describe("policyStateBytes", () => {
  test.each([1, 15, 16, 17, 100])("is what Quest stores of %i keys", (length) => {
    const keys = new Float32Array(length * 32);
    const {highest, lowest} = pageBounds(keys, 32, 16);
    const stored = 3 * (highest.byteLength + lowest.byteLength);
    expect(policyStateBytes("quest", config, length)).toBe(stored);
    expect(policyStateBytes("quest-released", config, length)).toBe(3 * highest.byteLength);
    expect(policyStateBytes("quest", config, length, {denseLayers: 2})).toBe((2 * stored) / 3);
  });

  test("is what TokenButler's predictor stores", async () => {
    const {shape, weights, frequencies, ...rest} = await predictor();
    const stream = importanceStream(shape, weights, frequencies);
    stream.push(new Float64Array(9 * 64));
    const options = {predictor: {shape, weights, frequencies, ...rest}};
    expect(policyStateBytes("token-butler", config, 9, options)).toBe(stream.bytes());
    expect(() => policyStateBytes("token-butler", config, 9)).toThrow(/predictor must be given, got none$/);
  });
});

describe("policyReadBytes", () => {
  test("counts keys and values of what was shown for every policy alike", async () => {
    const options = {predictor: await predictor()};
    for (const id of POLICY_IDS) {
      expect(policyReadBytes(id, config, READS, [10, 20], options).kv).toBe(300 * 2 * 16 * 4);
    }
  });

  test("adds what the policy itself looks at, the mean over tokens", async () => {
    const options = {predictor: await predictor()};
    const method = (id: (typeof POLICY_IDS)[number]) =>
      policyReadBytes(id, config, READS, [10, 20], options).method;
    expect(method("quest")).toBe(3 * 1.5 * 32 * 2 * 4);
    expect(method("token-butler")).toBe(15 * 4 * (4 * 4 * 8 + 2 * 16));
    expect(method("h2o")).toBe(420 * 8);
    expect(method("oracle")).toBe(500 * 16 * 4);
    for (const id of ["snapkv", "streaming-llm", "lambda", "random"] as const) expect(method(id)).toBe(0);
  });

  test("counts every weight of the predictor once", async () => {
    const found = await predictor();
    const weights = Object.values(found.weights).reduce((sum, {length}) => sum + length, 0);
    expect(policyReadBytes("token-butler", config, READS, [1], {predictor: found}).weights).toBe(4 * weights);
    expect(policyReadBytes("quest", config, READS, [1]).weights).toBe(0);
  });
});

test("a cache notes the place of each key, and a score where the policy needs one", () => {
  expect([evictionNoteBytes("h2o"), evictionNoteBytes("snapkv"), evictionNoteBytes("lambda")]).toEqual([
    12, 12, 4,
  ]);
});
