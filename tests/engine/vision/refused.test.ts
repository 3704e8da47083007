import {describe, expect, test} from "vitest";
import {modelFromConfig} from "../../../src/lib/accel/hf-config.js";
import {modelRecordOfObject} from "../../../src/lib/architectures/read-model.js";
import {decoderConfigOf} from "../../../src/lib/engine/decoder/config.js";
import {isMamba, mambaConfigOf} from "../../../src/lib/engine/mamba/mamba-config.js";

const config = {
  architectures: ["VMambaForImageClassification"],
  model_type: "vmamba",
  hidden_size: 64,
  num_hidden_layers: 2,
  intermediate_size: 96,
  time_step_rank: 4,
  image_size: 32,
  patch_size: 4,
  num_labels: 10,
};

describe("a classifier of pictures", () => {
  test("is known, and refused by name where texts are read or costs counted", () => {
    const record = modelRecordOfObject(config);
    expect(isMamba(record)).toBe(false);
    expect(() => decoderConfigOf(record)).toThrow(/model_type must be .*, got vmamba/);
    expect(() => mambaConfigOf(record)).toThrow(
      /layers must be layers of Mamba or Mamba2 alone, got cross-scan/,
    );
    expect(() => modelFromConfig(config)).toThrow(/got cross-scan/);
  });

  test("has whole patches", () => {
    expect(() => modelRecordOfObject({...config, patch_size: 5})).toThrow(/patch_size must be a divisor/);
  });
});
