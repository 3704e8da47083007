import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {dataSetPath, loadTensors} from "../../../src/data/data-sets.js";
import {modelRecordOfText} from "../../../src/lib/architectures/read-model.js";
import {referenceBackend} from "../../../src/lib/engine/backend.js";
import {classify, visionMamba} from "../../../src/lib/engine/vision/vision-mamba.js";
import {visionWeights} from "../../../src/lib/engine/vision/vision-weights.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {picture} from "../../../src/lib/tasks/pictures/picture.js";

const FOLDER = "src/data/models/vision-mamba-small";
const tensors = await loadTensors(dataSetPath("classifier/vision-mamba-small"));
const wasm = await wasmBackend();
const expected: {
  readonly labels: readonly number[];
  readonly logits: readonly (readonly number[])[];
  readonly tolerance: number;
} = JSON.parse(readFileSync(`${FOLDER}/expected.json`, "utf8"));

describe("the vision Mamba", () => {
  test.each([
    ["reference", referenceBackend, 2],
    ["wasm", wasm, expected.logits.length],
  ] as const)("gives PyTorch's logits: %s", (_, backend, count) => {
    const model = visionMamba(tensors, backend);
    expected.logits.slice(0, count).forEach((logits, index) => {
      const {label, pixels} = picture("validation", index);
      expect(label).toBe(expected.labels[index]);
      const own = classify(model, pixels);
      expect(own).toHaveLength(logits.length);
      logits.forEach((logit, i) => {
        expect(Math.abs(own[i] - logit)).toBeLessThan(expected.tolerance);
      });
    });
  });

  test("has the sizes that its config.json says", () => {
    const {config} = visionWeights(tensors);
    const record = modelRecordOfText(readFileSync(`${FOLDER}/config.json`, "utf8"), "test");
    const [{mixer}] = record.layers;
    expect([config.hiddenSize, config.layers, config.patch, config.classes]).toEqual([
      record.hidden,
      record.layers.length,
      record.image?.patch,
      record.vocabulary.rows,
    ]);
    expect(mixer).toEqual({
      kind: "cross-scan",
      inner: config.innerSize,
      state: config.stateSize,
      convWidth: config.convWidth,
      dtRank: config.timeStepRank,
      directions: 4,
    });
  });

  test("is refused without a tensor or with one of another shape, by its name", () => {
    const without = new Map([...tensors].filter(([name]) => name !== "layers.1.op.Ds"));
    expect(() => visionMamba(without)).toThrow(/layers\.1\.op\.Ds/);
    const small = new Map([...tensors, ["norm.bias", {shape: [3], data: new Float32Array(3)}] as const]);
    expect(() => visionMamba(small)).toThrow(FormatError);
    expect(() => visionMamba(small)).toThrow(/norm\.bias/);
  });

  test("reads squares of whole patches", () => {
    const model = visionMamba(tensors);
    expect(() => classify(model, new Uint8Array(30 * 30))).toThrow(RangeError);
    expect(() => classify(model, new Uint8Array(32 * 31))).toThrow(RangeError);
  });
});
