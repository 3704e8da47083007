import {describe, expect, test} from "vitest";
import {modelRecordOfObject} from "../../../src/lib/architectures/read-model.js";
import type {ExpertChannels} from "../../../src/lib/architectures/record/channels.js";
import {type DecoderConfig, decoderConfigOf} from "../../../src/lib/engine/decoder/config.js";
import {llamaConfig} from "../../../src/lib/engine/decoder/llama-config.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {TINY_CONFIG} from "../tiny.js";

const read = (config: object): DecoderConfig => decoderConfigOf(modelRecordOfObject(config));
const withKeys = (keys: object) => read({...TINY_CONFIG, ...keys});
const windows = ({plans}: DecoderConfig) => plans.map(({mixer}) => mixer.window);

describe("decoderConfig", () => {
  test("is a plain Llama for a file that says nothing else", () => {
    expect(read(TINY_CONFIG)).toEqual(
      llamaConfig({
        hiddenSize: 20,
        intermediateSize: 28,
        layers: 2,
        heads: 6,
        kvHeads: 3,
        headDim: 4,
        vocabSize: 23,
        maxPositions: 64,
        normEps: 1e-5,
        ropeTheta: 1000,
      }),
    );
  });

  test("layers with the same rotary rules share them, so that a pass makes one table", () => {
    const scaling = {rope_type: "linear", factor: 2};
    const {plans} = withKeys({num_hidden_layers: 5, rope_scaling: scaling});
    expect(new Set(plans.map(({mixer}) => mixer.rope)).size).toBe(1);
  });

  test("Mistral looks through its window in every layer; null means none, absent the first model's", () => {
    const mistral = {...TINY_CONFIG, architectures: ["MistralForCausalLM"]};
    expect(windows(read({...mistral, sliding_window: 5}))).toEqual([5, 5]);
    expect(windows(read({...mistral, sliding_window: null}))).toEqual([null, null]);
    expect(windows(read(mistral))).toEqual([4096, 4096]);
  });

  test("Qwen2 uses its window only when told to, and only from max_window_layers on", () => {
    const qwen = {
      ...TINY_CONFIG,
      architectures: ["Qwen2ForCausalLM"],
      num_hidden_layers: 4,
      sliding_window: 6,
    };
    const from = (max_window_layers: number) =>
      windows(read({...qwen, use_sliding_window: true, max_window_layers}));
    expect(windows(read(qwen))).toEqual([null, null, null, null]);
    expect(from(3)).toEqual([null, null, null, 6]);
    expect(from(0)).toEqual([6, 6, 6, 6]);
    expect(read(qwen).plans[0].mixer.biases).toEqual({q: true, k: true, v: true, o: false});
  });

  const record = modelRecordOfObject(TINY_CONFIG);
  const [layer] = record.layers;
  const {channels: expertChannels} = modelRecordOfObject({
    ...TINY_CONFIG,
    architectures: ["MixtralForCausalLM"],
    model_type: "mixtral",
  }).layers[0] as {channels: ExpertChannels};
  const changed = (mixer: object, rest: object = {}) => ({
    ...record,
    layers: [layer, {...layer, mixer: {...layer.mixer, ...mixer}, ...rest}],
  });

  test.each([
    [
      "a family whose tensors the engine does not know",
      {...record, family: "rwkv"},
      "model_type must be one of llama, mistral",
    ],
    ["other heads", changed({kvHeads: 6}), "layer 1 must be as layer 0, got 6 heads, 6 of keys"],
    ["learned sinks", changed({sinks: true}), "layer 1, attention must be softmax attention over keys"],
    ["a gate", changed({gated: true}), "got a gate on what attention gives"],
    ["ALiBi", changed({alibi: true}), "got ALiBi"],
    ["keys of another layer", changed({sharesKvOf: 0}), "got keys and values of layer 0"],
    ["attention in both directions", changed({causal: false}), "got attention in both directions"],
    ["no network", changed({}, {channels: null}), "layer 1, network must be dense or experts, got none"],
    [
      "a norm of the stream",
      changed({}, {normsAt: {mixer: ["stream"], channels: ["input"]}}),
      "layer 1, norm must be input, output or sum, got stream",
    ],
    [
      "a router of groups",
      changed(
        {},
        {channels: {...expertChannels, router: {...expertChannels.router, groups: {all: 4, active: 2}}}},
      ),
      "layer 1, router must be scores of its matrix, each expert by itself, got groups",
    ],
    [
      "a router with a bias",
      changed({}, {channels: {...expertChannels, router: {...expertChannels.router, bias: true}}}),
      "got a bias",
    ],
    ["a norm of the embedding", {...record, embeddingNorm: layer.norm}, "embedding must be without a norm"],
  ])("%s is refused by name", (_, given, message) => {
    const error = caught(() => decoderConfigOf(given));
    expect(error.message).toContain(message);
    expect(error.kind).toBe("unsupported");
  });
});

function caught(action: () => unknown): FormatError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return error as FormatError;
  }
  throw new Error("accepted");
}
