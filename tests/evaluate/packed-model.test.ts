import {describe, expect, test} from "vitest";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {prepareModel} from "../../src/lib/evaluate/prepare-model.js";
import {formatById} from "../../src/lib/formats/registry.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";

const ids = Array.from(corpusDocument("test", 0, {mix: "retrieval"}).tokens).slice(0, 64);

/** The largest difference of two models' logits, in parts of the largest logit. */
function apart(a: Float32Array, b: Float32Array): number {
  let [largest, difference] = [0, 0];
  a.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - b[i]));
  });
  return difference / largest;
}

async function weightsOf(model: string) {
  const folder = await openFolder(`src/data/models/${model}`);
  try {
    return await openDecoderWeights(folder);
  } finally {
    await folder.close();
  }
}

describe("a decoder whose projections stay packed", async () => {
  const weights = await weightsOf("decoder-small");

  test.each(["int4_g32", "mxfp4", "nvfp4", "razer", "q4_0", "q8_0", "nf4"])(
    "has the logits of the unpacked one, %s",
    async (id) => {
      const setup = {weights: formatById(id)};
      const [plain, packed] = [
        await prepareModel(weights, setup, {backend: wasmBackend}),
        await prepareModel(weights, setup, {backend: wasmBackend, packed: "f32"}),
      ];
      expect(apart(plain.logits(ids).data, packed.logits(ids).data)).toBeLessThan(1e-4);
      const turn = [{prompt: ids.slice(0, 32), tokens: 12}];
      expect(packed.write(turn)).toEqual(plain.write(turn));
    },
  );

  test("with activations in 8 bits the reference and the kernels agree, and differ from floats", async () => {
    const setup = {weights: formatById("int4_g32")};
    const [reference, kernels, plain] = [
      await prepareModel(weights, setup, {packed: "int8"}),
      await prepareModel(weights, setup, {backend: wasmBackend, packed: "int8"}),
      await prepareModel(weights, setup, {}),
    ].map((model) => model.logits(ids.slice(0, 24)).data);
    // A float that lies midway between two codes may fall to either side.
    expect(apart(reference, kernels)).toBeLessThan(5e-3);
    expect(apart(plain, kernels)).toBeGreaterThan(1e-4);
    expect(apart(plain, kernels)).toBeLessThan(0.1);
  });
});
