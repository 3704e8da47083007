import {describe, expect, test} from "vitest";
import {modelRecordOfObject} from "../../src/lib/architectures/read-model.js";
import {unusedTensors} from "../../src/lib/engine/unused-tensors.js";
import type {TensorInfo} from "../../src/lib/io/safetensors.js";
import {TINY_CONFIG, tinyTensors} from "./tiny.js";
import {TINY_MAMBA, tinyMambaTensors} from "./tiny-mamba.js";

const infos = (tensors: Iterable<{name: string; shape: readonly number[]}>) =>
  new Map(
    Array.from(tensors, ({name, shape}): [string, TensorInfo] => [
      name,
      {name, dtype: "F32", shape, begin: 0, end: 0},
    ]),
  );
const extra = {name: "model.layers.0.adapter.weight", shape: [3]};

describe("unusedTensors", () => {
  test("names what no part of a decoder takes, leftovers aside", () => {
    const leftover = {name: "model.layers.0.self_attn.rotary_emb.inv_freq", shape: [2]};
    const tensors = infos([...tinyTensors().values(), extra, leftover]);
    expect(unusedTensors(tensors, modelRecordOfObject(TINY_CONFIG))).toEqual([extra.name]);
  });

  test("names what no part of a state-space model takes", () => {
    const tensors = infos([...tinyMambaTensors(TINY_MAMBA).values(), extra]);
    expect(unusedTensors(tensors, modelRecordOfObject(TINY_MAMBA))).toEqual([extra.name]);
  });

  test("does not know of models that the engine does not run, nor of files that lack a tensor", () => {
    const record = modelRecordOfObject(TINY_CONFIG);
    expect(unusedTensors(infos([extra]), record)).toBeNull();
    expect(unusedTensors(infos(tinyTensors().values()), {...record, family: "rwkv"})).toBeNull();
  });
});
