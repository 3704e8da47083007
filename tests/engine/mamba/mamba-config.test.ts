import {describe, expect, test} from "vitest";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import {parseJsonObject, SIDE_FILE_LIMITS} from "../../../src/lib/io/json-file.js";
import {TINY_MAMBA, TINY_MAMBA2} from "../tiny-mamba.js";

/** A config from text, so that bare words can stand in it. */
function read(text: string) {
  const bytes = new TextEncoder().encode(text);
  return mambaConfig(
    parseJsonObject(bytes, {reader: "test", field: "config.json", limits: SIDE_FILE_LIMITS}),
  );
}

/** A config with some keys changed; `undefined` leaves a key out. */
const mamba = (changes: object = {}) => read(JSON.stringify({...TINY_MAMBA, ...changes}));
const mamba2 = (changes: object = {}) => read(JSON.stringify({...TINY_MAMBA2, ...changes}));

describe("the config of a state-space model", () => {
  test("is read with every size where it belongs", () => {
    expect(mamba()).toEqual({
      architecture: "MambaForCausalLM",
      hiddenSize: 10,
      innerSize: 20,
      layers: 2,
      stateSize: 3,
      convWidth: 4,
      vocabSize: 17,
      normEps: 1e-5,
      tied: false,
      biases: {projections: false, conv: true},
      timeStepRank: 5,
    });
    expect(mamba2()).toMatchObject({
      innerSize: 24,
      heads: 4,
      headDim: 6,
      groups: 2,
      normGroups: 2,
      timeStepLimit: [0.01, 0.5],
    });
  });

  test("has the published defaults: a tied head and an automatic rank in Mamba, an own head in Mamba2", () => {
    const bare = {tie_word_embeddings: undefined, conv_kernel: undefined, layer_norm_epsilon: null};
    expect(mamba({...bare, time_step_rank: "auto", hidden_size: 40})).toMatchObject({
      tied: true,
      convWidth: 4,
      normEps: 1e-5,
      timeStepRank: 3,
      innerSize: 80,
    });
    expect(mamba2({...bare, time_step_limit: undefined})).toMatchObject({
      tied: false,
      timeStepLimit: [0, Number.POSITIVE_INFINITY],
    });
    expect(
      mamba2({hidden_size: 4096, num_heads: undefined, head_dim: undefined, n_groups: undefined}),
    ).toMatchObject({heads: 128, headDim: 64, groups: 8});
  });

  test("may name an inner width of its own in Mamba", () => {
    expect(mamba({intermediate_size: 24}).innerSize).toBe(24);
    expect(mamba({expand: 1.5}).innerSize).toBe(15);
  });

  test("knows infinity as a bare word, as a tagged object and as text", () => {
    const limit = (text: string) => {
      const config = read(JSON.stringify(TINY_MAMBA2).replace("[0.01,0.5]", text));
      return "timeStepLimit" in config && config.timeStepLimit;
    };
    for (const high of ["Infinity", '{"__float__": "Infinity"}', '"Infinity"', "1e999"]) {
      expect(limit(`[0.0, ${high}]`)).toEqual([0, Number.POSITIVE_INFINITY]);
    }
    expect(limit("[0.25, 0.25]")).toEqual([0.25, 0.25]);
    for (const bad of [
      "[0.5, 0.1]",
      "[0]",
      "[0, 1, 2]",
      "[NaN, 1]",
      "[-1, 1]",
      '[0, "much"]',
      "3",
      '[0, {"a": 1}]',
    ]) {
      expect(() => limit(bad)).toThrow(
        "mambaConfig: config.json: time_step_limit must be two numbers, 0 <= low <= high",
      );
    }
  });

  test.each([
    [{architectures: ["MambaMixer"]}, "architectures must be one of LlamaForCausalLM"],
    [{hidden_size: 0}, "hidden_size must be an integer of at least 1, got 0"],
    [{time_step_rank: "some"}, "time_step_rank must be an integer of at least 1, got some"],
    [{expand: -2}, "expand must be a positive number, got -2"],
    [{hidden_act: "gelu"}, "hidden_act must be silu, got gelu"],
    [{rms_norm: false}, "rms_norm must be true, got false"],
    [{use_bias: 1}, "use_bias must be true or false, got 1"],
  ])("refuses %j", (changes, message) => {
    expect(() => mamba(changes)).toThrow(`mambaConfig: config.json: ${message}`);
  });

  test.each([
    [{num_heads: 5}, "num_heads must be 24 inner channels / head_dim 6, got 5"],
    [{norm_groups: 4}, "norm_groups must be 1 or n_groups 2, got 4"],
    [{n_groups: 3}, "n_groups must be a divisor of the 4 heads, got 3"],
  ])("refuses %j in Mamba2", (changes, message) => {
    expect(() => mamba2(changes)).toThrow(`mambaConfig: config.json: ${message}`);
  });
});
