import {describe, expect, test} from "vitest";
import {loadData} from "../../src/data/data-sets.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {forwardMamba} from "../../src/lib/engine/mamba/mamba.js";
import {mambaOf} from "../../src/lib/engine/mamba/mamba-weights.js";
import {decoderText, mambaText, type OpenText} from "../../src/lib/engine/open-text.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {decoderWeights} from "../../src/lib/experiments/shared/decoders.js";
import {mambaWeights} from "../../src/lib/experiments/ssm/mambas.js";
import {maxDifference} from "./golden.js";

const TEXT = [1, 150, 160, 2, 3, 20, 90, 91, 2, 144];
const QUESTION = [2, 4, 20, 90];

type Made = {begin: () => OpenText; whole: (ids: readonly number[]) => Float32Array};

const MODELS: Record<string, () => Promise<Made>> = {
  "a decoder": async () => {
    const data = await loadData(["weights/decoder-small"]);
    const model = await decoderOf(decoderWeights("decoder-small", data));
    return {begin: () => decoderText(model), whole: (ids) => forward(model, ids).data};
  },
  "a Mamba": async () => {
    const data = await loadData(["weights/mamba1-small"]);
    const model = await mambaOf(mambaWeights("mamba1-small", data));
    return {begin: () => mambaText(model), whole: (ids) => forwardMamba(model, ids).data};
  },
  "a Mamba2 on the wasm kernels": async () => {
    const data = await loadData(["weights/mamba2-small"]);
    const options = {backend: await wasmBackend()};
    const model = await mambaOf(mambaWeights("mamba2-small", data), options);
    return {begin: () => mambaText(model), whole: (ids) => forwardMamba(model, ids).data};
  },
};

describe.each(Object.keys(MODELS))("a text open in %s", (name) => {
  test("reads on as if nothing had been asked aside, wherever it is asked", async () => {
    const {begin, whole} = await MODELS[name]();
    const expected = whole(TEXT);
    const asked = begin();
    const rows = TEXT.flatMap((id) => {
      const row = asked.read([id]).data;
      asked.aside(QUESTION);
      asked.aside([7]);
      return [...row];
    });
    expect(maxDifference(rows, expected)).toBeLessThan(1e-4);
    const unasked = begin();
    const plain = TEXT.flatMap((id) => [...unasked.read([id]).data]);
    expect(rows).toEqual(plain);
  });

  test("answers aside what it would answer if the question were read", async () => {
    const {begin, whole} = await MODELS[name]();
    const text = begin();
    text.read(TEXT);
    const aside = text.aside(QUESTION);
    expect(aside.shape[0]).toBe(QUESTION.length);
    const expected = whole([...TEXT, ...QUESTION]).subarray(TEXT.length * 256);
    expect(maxDifference(aside.data, expected)).toBeLessThan(1e-4);
    expect([...text.aside(QUESTION).data]).toEqual([...aside.data]);
    expect([...text.read(QUESTION).data]).toEqual([...aside.data]);
  });

  test("can begin with a question, and refuses what is no token", async () => {
    const {begin, whole} = await MODELS[name]();
    const text = begin();
    expect(maxDifference(text.aside([1, 4]).data, whole([1, 4]))).toBeLessThan(1e-4);
    expect(() => text.aside([])).toThrow(RangeError);
    expect(() => text.read([256])).toThrow(RangeError);
    // What was refused left nothing behind.
    expect(maxDifference(text.read([1, 4]).data, whole([1, 4]))).toBeLessThan(1e-4);
  });
});
