import {beforeAll, describe, expect, test} from "vitest";
import {modelFromConfig} from "../../../src/lib/accel/hf-config.js";
import type {ModelRecord} from "../../../src/lib/architectures/model-record.js";
import {modelRecordOfObject} from "../../../src/lib/architectures/read-model.js";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {attambaConfigOf, isAttamba, ownEnds} from "../../../src/lib/engine/attamba/attamba-config.js";
import {loadAttamba} from "../../../src/lib/engine/attamba/load-attamba.js";
import {decoderConfigOf} from "../../../src/lib/engine/decoder/config.js";
import {unusedTensors} from "../../../src/lib/engine/unused-tensors.js";
import type {Checkpoint} from "../../../src/lib/io/checkpoint.js";
import {openFolder} from "../../../src/lib/io/node-file.js";

const FILE = {
  architectures: ["AttambaForCausalLM"],
  model_type: "attamba",
  hidden_size: 64,
  intermediate_size: 176,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  vocab_size: 256,
  token_chunk: 4,
  leading_tokens: 4,
  ssm_intermediate_size: 64,
  ssm_num_heads: 4,
  ssm_state_size: 16,
};
const record = (changes: object = {}): ModelRecord => modelRecordOfObject({...FILE, ...changes});

describe("the config of a model that keeps states of chunks", () => {
  test("has chunks that end at other places in each layer unless the file says otherwise", () => {
    const ends = (changes: object) => {
      const own = ownEnds(attambaConfigOf(record(changes)));
      return [0, 1, 2, 3].map((layer) => [1, 2, 3].filter((position) => own(layer, position)));
    };
    expect(ends({})).toEqual([[3], [2], [1], []]);
    expect(ends({chunk_strategy: "uniform"})).toEqual([[3], [3], [3], [3]]);
    expect(attambaConfigOf(record())).toMatchObject({
      ropeTheta: 10_000,
      normEps: 1e-5,
      tied: false,
      chunks: "cyclic",
    });
  });

  test("refuses what the engine does not run, by name", () => {
    const refused = (changes: object) => () => attambaConfigOf(record(changes));
    expect(refused({token_chunk: undefined})).toThrow(/token_chunk/);
    expect(refused({chunk_strategy: "first_ssm"})).toThrow(/chunk_strategy/);
    expect(refused({ssm_num_heads: 5})).toThrow(/ssm_num_heads/);
    expect(refused({ssm_time_step_bias: true})).toThrow(/ssm_time_step_bias/);
    expect(refused({num_key_value_heads: 2})).toThrow(/num_key_value_heads/);
    expect(refused({hidden_act: "gelu"})).toThrow(/another network/);
    expect(refused({rope_scaling: {rope_type: "linear", factor: 2}})).toThrow(/rope_scaling/);
  });

  test("is none of a decoder, and its cost is not modelled: both say so by name", () => {
    expect(isAttamba(record())).toBe(true);
    expect(() => decoderConfigOf(record())).toThrow(/got attamba/);
    expect(() => modelFromConfig(FILE)).toThrow(/got chunk-states/);
  });
});

describe("loading it", () => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(await openFolder("src/data/models/attamba-small"));
  });

  test("takes every tensor of the file, and names one that is missing or of another shape", async () => {
    const config = attambaConfigOf(record());
    expect(unusedTensors(checkpoint.tensors, record())).toEqual([]);
    const name = "model.layers.2.self_attn.v_ssm.A_log";
    const without = new Map([...checkpoint.tensors].filter(([each]) => each !== name));
    await expect(loadAttamba({...checkpoint, tensors: without}, config)).rejects.toThrow(name);
    const wide = {...config, scan: {...config.scan, state: 8}};
    await expect(loadAttamba(checkpoint, wide)).rejects.toThrow(/k_ssm\.in_proj\.weight/);
    await expect(loadAttamba(checkpoint, config, {maxBytes: 1000})).rejects.toThrow(/at most 1000 bytes/);
  });
});
