import {describe, expect, test} from "vitest";
import {exportDecoder, type OnnxOptions} from "../../src/lib/compiled/onnx/export-decoder.js";
import {onnxFile} from "../../src/lib/compiled/onnx/onnx-model.js";
import {onnxText} from "../../src/lib/compiled/onnx/onnx-text.js";
import {fields, float, integer, joined, message, text} from "../../src/lib/compiled/onnx/protobuf.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {greedy} from "../../src/lib/engine/generate.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {goldenPath, maxDifference, readExpected, trainedPath} from "../engine/golden.js";
import {onnxInterpreter} from "./onnx-interpreter.js";

async function weightsOf(path: string): Promise<DecoderWeights> {
  const folder = await openFolder(path);
  const weights = await openDecoderWeights(folder);
  await folder.close();
  return weights;
}

function opened(weights: DecoderWeights, options: OnnxOptions) {
  const parts = exportDecoder(weights, options);
  const run = parts.map(({bytes}) => onnxInterpreter(bytes));
  return {
    tokens: options.tokens,
    parts,
    run: async (at: number, inputs: Parameters<(typeof run)[number]>[0]) => run[at](inputs),
  };
}

describe("an exported decoder", () => {
  // Together they have every rule: norms of both kinds and of queries, biases, pairs of both kinds, all activations, factors.
  test.each(["qwen2-bf16", "gemma", "phi4", "granite", "olmo2", "stablelm"])(
    "of %s computes what the engine does",
    async (name) => {
      const weights = await weightsOf(goldenPath(name));
      const ids = readExpected(name).ids.slice(0, 6);
      const compiledLength = 8;
      const runs = [1, 4].map((tokens) => opened(weights, {compiledLength, tokens}));
      const got = await onnxText(weights.config, compiledLength, runs).read(ids);
      expect(maxDifference(got, forward(await decoderOf(weights), ids).data)).toBeLessThan(2e-5);
    },
  );

  test("in chunks writes the trained decoder's tokens", async () => {
    const weights = await weightsOf(trainedPath("decoder-small"));
    const {vocabSize} = weights.config;
    const prompt = [12, 40, 7, 99];
    const expected = greedy(await decoderOf(weights), prompt, 3).tokens;
    const runs = [opened(weights, {compiledLength: 8, tokens: 1, layersPerChunk: 3})];
    expect(runs[0].parts.map(({name}) => name)).toEqual([
      "embedding",
      "layers-0-to-2",
      "layers-3-to-3",
      "head",
    ]);
    const written = onnxText(weights.config, 8, runs);
    let logits = await written.read(prompt);
    for (const token of expected) {
      const last = logits.subarray(-vocabSize);
      expect(last.indexOf(last.reduce((a, b) => Math.max(a, b)))).toBe(token);
      logits = await written.read([token]);
    }
    expect(written.length).toBe(7);
    await expect(written.read([1, 2])).rejects.toThrow(
      "onnxText: a text must have at most the compiled length 8 of tokens, got 9",
    );
  });

  test("says every shape, and refuses ids that fill no run and models that fixed shapes cannot run", async () => {
    const weights = await weightsOf(trainedPath("decoder-small"));
    const [{inputs, outputs}] = exportDecoder(weights, {compiledLength: 32, tokens: 4});
    expect(inputs.slice(0, 5).map(({name, shape}) => [name, ...shape])).toEqual([
      ["ids", 4],
      ["mask", 4, 32],
      ["cos", 4, 8],
      ["sin", 4, 8],
      ["past_keys.0", 32, 2, 16],
    ]);
    expect(outputs.slice(0, 2).map(({name, shape}) => [name, ...shape])).toEqual([
      ["logits", 4, 256],
      ["keys.0", 32, 2, 16],
    ]);
    const four = {tokens: 4, parts: [], run: async () => ({})};
    await expect(onnxText(weights.config, 8, [four]).read([1])).rejects.toThrow(
      "onnxText: ids must fill runs of 4 tokens, got 1 left over",
    );
    const experts = await weightsOf(goldenPath("mixtral"));
    expect(() => exportDecoder(experts, {compiledLength: 8, tokens: 1})).toThrow("got experts");
  });
});

describe("protobuf", () => {
  test("writes the bytes of the encoding's own examples", () => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    expect(hex(joined(integer(1, 150)))).toBe("089601");
    expect(hex(joined(text(2, "testing")))).toBe("120774657374696e67");
    expect(hex(joined(message(3, integer(1, 150))))).toBe("1a03089601");
    expect(hex(joined(fields(float(4, 1), integer(5, 2 ** 32))))).toBe("250000803f288080808010");
  });

  test("a file is of version 8 of the format and 17 of the operators", () => {
    const file = onnxFile({name: "empty", inputs: [], outputs: [], constants: [], nodes: []});
    expect([...file.slice(0, 2)]).toEqual([8, 8]);
    expect([...file.slice(-4)]).toEqual([8 * 8 + 2, 2, 2 * 8, 17]);
  });
});
