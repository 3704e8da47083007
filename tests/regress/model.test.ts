import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {referenceBackend} from "../../src/lib/engine/backend.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {FormatError} from "../../src/lib/io/format-error.js";
import {type RegressionModel, regressionModel} from "../../src/lib/regress/model/regression-model.js";
import {forcedLogits, logLikelihood, sampleTargets} from "../../src/lib/regress/model/sample.js";
import {choosePieces, pieceVocabulary} from "../../src/lib/regress/pieces.js";
import {elementCount} from "../../src/lib/tensor/tensor.js";

const FOLDER = "src/data/regressors/small";
const json = (file: string) => JSON.parse(readFileSync(`${FOLDER}/${file}`, "utf8"));
const tensors = await loadTensors(`${FOLDER}/model.safetensors`);
const reference = regressionModel(tensors, referenceBackend);
const wasm = regressionModel(tensors, await wasmBackend());

interface Expected {
  readonly text: readonly number[];
  readonly targets: readonly number[];
  readonly logits: readonly (readonly number[])[];
}

const examples: readonly Expected[] = json("expected.json");
const textOf = ({vocabulary}: RegressionModel, {text}: Expected) =>
  text.map((id) => vocabulary.textOf(id)).join("");

describe("the regression model", () => {
  test.each([
    ["reference", reference],
    ["wasm", wasm],
  ])("writes PyTorch's logits: %s", (_, model) => {
    for (const example of examples) {
      const logits = forcedLogits(model, textOf(model, example), example.targets);
      expect(logits).toHaveLength(example.logits.length);
      const errors = logits.flatMap((row, i) =>
        Array.from(row, (logit, j) => Math.abs(logit - example.logits[i][j])),
      );
      expect(errors.reduce((most, error) => Math.max(most, error), 0)).toBeLessThan(2e-5);
    }
  });

  test("draws the same samples again, all of them numbers or said to be none", () => {
    const text = textOf(wasm, examples[0]);
    const drawn = sampleTargets(wasm, text, {targets: 2, samples: 24, seed: 3});
    expect(drawn).toEqual(sampleTargets(wasm, text, {targets: 2, samples: 24, seed: 3}));
    expect(drawn).toHaveLength(24);
    for (const targets of drawn) expect(targets).toHaveLength(2);
  });

  test("draws one number for certain at a low temperature, and finds it likelier than its negative", () => {
    const text = textOf(wasm, examples[0]);
    const drawn = sampleTargets(wasm, text, {targets: 2, samples: 8, temperature: 1e-6});
    expect(new Set(drawn.map(String)).size).toBe(1);
    const [targets] = drawn;
    const negative = targets.map((target) => (target === null ? null : -target));
    expect(logLikelihood(wasm, text, targets)).toBeGreaterThan(logLikelihood(wasm, text, negative));
  });

  test("is refused without a tensor, by its name", () => {
    const some = new Map(tensors);
    some.delete("decoder.0.cross_attn.q_proj.weight");
    expect(() => regressionModel(some, referenceBackend)).toThrow(FormatError);
    expect(() => regressionModel(some, referenceBackend)).toThrow("decoder.0.cross_attn.q_proj.weight");
  });

  test("has the size, steps and losses that its card gives", () => {
    const card = readFileSync(`${FOLDER}/README.md`, "utf8");
    const {parameters, steps, batch, examples: count, minutes, log} = json("card.json");
    const weights = [...tensors].filter(([name]) => name !== "heads" && name !== "pieces");
    expect(weights.reduce((sum, [, tensor]) => sum + elementCount(tensor.shape), 0)).toBe(parameters);
    const english = (value: number) => value.toLocaleString("en");
    for (const piece of [
      `${english(parameters)} parameters`,
      `${english(steps)} steps of ${batch} examples`,
      `${english(count)} examples`,
      `${minutes} minutes`,
      `Encoder of ${wasm.config.encoderLayers} layers and decoder of ${wasm.config.decoderLayers}, width ${wasm.config.width}, ${wasm.config.heads} heads`,
      `in ${wasm.config.vocabulary} tokens`,
    ])
      expect(card).toContain(piece);
    const last = log.at(-1);
    expect(card).toContain(`| ${last.step} | ${english(last.examples)} | ${last.trainLoss.toFixed(4)} |`);
  });
});

describe("pieces", () => {
  test("hold no digits, and a text is read whole by the longest that fit", () => {
    const pieces = choosePieces(["alpha=12 beta=3", "alpha=4"], 8);
    const vocabulary = pieceVocabulary(pieces);
    expect(pieces.join("")).not.toMatch(/\d/);
    const ids = Array.from(vocabulary.encode("alpha=45?"));
    expect(ids.map((id) => vocabulary.textOf(id)).join("")).toBe("alpha=45?");
    expect(vocabulary.textOf(ids[0])).toBe("alpha=");
    expect(vocabulary.encode("é")).toEqual(Int32Array.of(1));
  });
});
