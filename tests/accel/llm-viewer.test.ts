import {describe, expect, test} from "vitest";
import {
  type LlmViewerSetting,
  llmViewerGenerate,
  llmViewerModel,
  llmViewerStep,
  type Stage,
} from "../../src/lib/accel/compat/llm-viewer.js";
import {LLM_VIEWER_SLIPS} from "../../src/lib/accel/compat/llm-viewer-slips.js";
import {type Formats, FP16} from "../../src/lib/accel/machine.js";
import {machineById} from "../../src/lib/accel/machines.js";
import {modelById} from "../../src/lib/accel/models.js";
import {pricesOf, roofline} from "../../src/lib/accel/roofline.js";
import {buildOperators} from "../../src/lib/accel/workload/build.js";
import {decode, prefill} from "../../src/lib/accel/workload/step.js";

const a100 = {bandwidth: 2039e9, FP16: 312e12, INT8: 624e12, onchip_buffer: 27_648e3};
const llama2 = llmViewerModel({
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  vocab_size: 32000,
});
const llama3 = llmViewerModel({
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
});
const milliseconds = (model: typeof llama2, bits: LlmViewerSetting["bits"], stage: Stage, flash = false) =>
  1e3 * llmViewerStep(model, a100, {batch: 1, seq: 1024, bits, flash}, stage).total.inference_time;

describe("LLM-Viewer's rules", () => {
  const reference: [typeof llama2, [number, number, number], number, number][] = [
    [llama2, [16, 16, 16], 48.8253, 6.7523],
    [llama2, [4, 16, 16], 48.7289, 1.8917],
    [llama2, [8, 8, 8], 24.4127, 3.3761],
    [llama2, [4, 8, 4], 24.3147, 1.6901],
    [llama3, [16, 16, 16], 52.2198, 7.4354],
    [llama3, [4, 16, 16], 51.8333, 1.9146],
  ];
  for (const [model, bits, prompt, token] of reference) {
    test(`${bits.join("/")} bits on an A100 take ${prompt} and ${token} ms`, () => {
      expect(milliseconds(model, bits, "prefill")).toBeCloseTo(prompt, 4);
      expect(milliseconds(model, bits, "decode")).toBeCloseTo(token, 4);
    });
  }

  test("make fused attention slower than unfused on a grouped-query model", () => {
    expect(milliseconds(llama3, [16, 16, 16], "decode", true)).toBeCloseTo(7.6307, 4);
  });

  test("generate a text as its prompt and a step for every token", () => {
    const setting = {batch: 1, bits: [16, 16, 16]} as const;
    const seconds = llmViewerGenerate(llama2, a100, {...setting, prompt: 10, gen: 2});
    const step = (seq: number, stage: Stage) =>
      llmViewerStep(llama2, a100, {...setting, seq}, stage).total.inference_time;
    expect(seconds).toBe(step(10, "prefill") + step(10, "decode") + step(11, "decode"));
  });

  test("give OPT a third FFN matrix and its own heads for keys", () => {
    const opt = llmViewerModel({
      hidden_size: 2048,
      ffn_dim: 8192,
      num_hidden_layers: 24,
      num_attention_heads: 32,
      vocab_size: 50272,
    });
    expect(opt).toMatchObject({ffn: 8192, kvHeads: 32});
    const {operators} = llmViewerStep(opt, a100, {batch: 1, seq: 8, bits: [16, 16, 16]}, "decode");
    expect(operators.gate_proj.load_weight).toBe(2 * 2048 * 8192);
  });

  test("name a field that is missing", () => {
    expect(() => llmViewerModel({hidden_size: 1})).toThrow(
      "llmViewerModel: num_attention_heads must be a number, got undefined",
    );
  });
});

describe("the slips, each seen in the numbers", () => {
  const half: Formats = {weights: FP16, activations: FP16, kv: FP16};
  const setting: LlmViewerSetting = {batch: 1, seq: 1024, bits: [16, 16, 16]};
  const prices = pricesOf(machineById("a100-80gb"), half);
  const ours = (stage: Stage) => {
    const step = stage === "prefill" ? prefill(1, 1024) : decode(1, 1024);
    return roofline(buildOperators(modelById("llama-3.1-8b"), {...step, fused: false}), prices).operators;
  };
  const our = (stage: Stage, name: string) => ours(stage).find(({op}) => op.name === name)!;
  const their = (stage: Stage, name: string) => llmViewerStep(llama3, a100, setting, stage).operators[name];

  test("a causal mask leaves half of the pairs", () => {
    expect(their("prefill", "qk_matmul").OPs / our("prefill", "qk").op.flops).toBeCloseTo(
      2 * (1024 / 1025),
      9,
    );
  });

  test("the head does two operations a weight", () => {
    expect(our("decode", "lm_head").op.flops / their("decode", "lm_head").OPs).toBe(2);
  });

  test("the activation has the width of the FFN", () => {
    expect(our("prefill", "act").op.actWrite / (their("prefill", "mlp_act").store_act / 2)).toBe(
      14336 / 4096,
    );
  });

  test("a sum reads two operands", () => {
    expect(our("prefill", "mixer_add").bytes / their("prefill", "attn_add").memory_access).toBe(1.5);
  });

  test("a decoded token sees its own key", () => {
    expect(our("decode", "qk").op.kvRead * 2 - their("decode", "qk_matmul").load_kv_cache).toBe(8 * 128 * 2);
  });

  test("linears agree in both", () => {
    for (const [name, twin] of [
      ["q", "q_proj"],
      ["gate", "gate_proj"],
      ["down", "down_proj"],
      ["k", "k_proj"],
    ] as const) {
      expect(our("prefill", name).op.flops).toBe(their("prefill", twin).OPs);
      expect(our("prefill", name).bytes).toBe(their("prefill", twin).memory_access);
    }
  });

  test("are listed with what each does", () => {
    expect(LLM_VIEWER_SLIPS).toHaveLength(9);
    for (const slip of LLM_VIEWER_SLIPS)
      for (const text of Object.values(slip)) expect(text.length).toBeGreaterThan(3);
  });
});
