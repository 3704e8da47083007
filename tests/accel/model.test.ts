import {describe, expect, test} from "vitest";
import {
  imageTokens,
  kvElements,
  kvElementsPerToken,
  layerCount,
  type Model,
  parameterCount,
  stateElements,
} from "../../src/lib/accel/model.js";
import {MODELS, modelById} from "../../src/lib/accel/models.js";

describe("parameter counts", () => {
  const published: [string, number][] = [
    ["llama-2-7b", 6_738_415_616],
    ["llama-2-13b", 13_015_864_320],
    ["llama-3.1-8b", 8_030_261_248],
    ["llama-3.1-70b", 70_553_706_496],
    ["llama-3.2-1b", 1_235_814_400],
    ["qwen2.5-7b", 7_615_616_512],
    ["qwen2.5-14b", 14_770_033_664],
    ["qwen3-8b", 8_190_735_360],
    ["qwen2.5-32b", 32_763_876_352],
    ["mistral-7b", 7_241_732_096],
    ["tinyllama-1.1b", 1_100_048_384],
    ["opt-1.3b", 1_315_758_080],
    ["deepseek-v2-lite", 15_706_484_224],
    ["mamba-2.8b", 2_768_345_600],
  ];
  for (const [id, count] of published) {
    test(`${id} has exactly ${count} parameters`, () =>
      expect(parameterCount(modelById(id)).total).toBe(count));
  }

  test("Gemma's differ from the published ones by the norms that are left out", () => {
    expect(9_241_705_984 - parameterCount(modelById("gemma-2-9b")).total).toBe(42 * 2 * 3584);
  });

  test("DeepSeek-V3 has 671 billion parameters, of which a token passes 37", () => {
    const {total, active, embedding} = parameterCount(modelById("deepseek-v3"));
    expect(total / 1e9).toBeCloseTo(671, 0);
    expect((active + embedding) / 1e9).toBeCloseTo(37.5, 0);
  });

  test("Mamba-2 agrees with the published size to a thousandth", () => {
    expect(parameterCount(modelById("mamba2-2.7b")).total / 2.703e9).toBeCloseTo(1, 3);
    expect(parameterCount(modelById("mamba2-8b")).total / 8.237e9).toBeCloseTo(1, 3);
  });

  test("the layers of RetNet hold 12 d^2 weights each beside their norms", () => {
    const norms = (24 * 2 + 1) * 2048;
    expect(parameterCount(modelById("retnet-1.3b")).total - norms).toBe(24 * 12 * 2048 ** 2);
  });

  test("DeiT-S and DeiT-B have 22 and 86 million parameters", () => {
    expect(parameterCount(modelById("deit-s")).total).toBe(22_050_664);
    expect(parameterCount(modelById("deit-b")).total).toBe(86_567_656);
  });

  test("a mixture of experts is active in part, a dense model in all but its embedding", () => {
    const lite = parameterCount(modelById("deepseek-v2-lite"));
    expect(lite.active / 1e9).toBeCloseTo(2.45, 2);
    expect((lite.active + lite.embedding) / 1e9).toBeCloseTo(2.66, 2);
    const dense = parameterCount(modelById("llama-3.1-8b"));
    expect(dense.active + dense.embedding).toBe(dense.total);
    const tied = parameterCount(modelById("opt-1.3b"));
    expect(tied.total - tied.active).toBe(2050 * 2048);
  });
});

describe("what a token leaves behind", () => {
  const perToken: [string, number][] = [
    ["llama-2-7b", 262_144],
    ["llama-2-13b", 409_600],
    ["llama-3.1-8b", 65_536],
    ["llama-3.1-70b", 163_840],
    ["qwen2.5-7b", 28_672],
    ["qwen3-8b", 73_728],
    ["gemma-2-9b", 172_032],
    ["gemma-3-4b", 69_632],
    ["deepseek-v3", 61 * 576],
    ["qwen2.5-32b", 131_072],
    ["mistral-7b", 65_536],
    ["tinyllama-1.1b", 11_264],
    ["opt-1.3b", 98_304],
    ["deepseek-v2-lite", 15_552],
    ["mamba-2.8b", 0],
    ["retnet-1.3b", 0],
  ];
  for (const [id, count] of perToken) {
    test(`${id} caches ${count} elements a token`, () =>
      expect(kvElementsPerToken(modelById(id))).toBe(count));
  }

  test("a window forgets: its cache stops growing", () => {
    const mistral = modelById("mistral-7b");
    expect(kvElements(mistral, 1000)).toBe(1000 * 65_536);
    expect(kvElements(mistral, 100_000)).toBe(4096 * 65_536);
  });

  test("recurrent models carry a state of fixed size", () => {
    expect(stateElements(modelById("mamba-2.8b"))).toEqual([5_242_880, 1_310_720]);
    expect(stateElements(modelById("mamba2-2.7b"))[0]).toBe(41_943_040);
    expect(stateElements(modelById("mamba2-8b"))[0]).toBe(58_720_256);
    expect(stateElements(modelById("retnet-1.3b"))[0]).toBe(25_165_824);
    expect(stateElements(modelById("llama-2-7b"))).toEqual([0, 0]);
  });
});

describe("the table of models", () => {
  test("ids are unique, lower case and their own key", () => {
    for (const [id, model] of MODELS) {
      expect(model.id).toBe(id);
      expect(id).toMatch(/^[a-z0-9.-]+$/);
      expect(model.source).not.toBe("");
    }
  });

  test("an unknown id is refused with the list of known ones", () => {
    expect(() => modelById("llama-9")).toThrow(/^modelById: id must be one of llama-2-7b, .*, got llama-9$/);
  });

  test("an image of 224 pixels makes 196 patches and a class token", () => {
    expect(imageTokens(modelById("deit-b"))).toBe(197);
    expect(imageTokens(modelById("opt-1.3b"))).toBeNull();
  });

  test("layers add up over groups, also in a hybrid", () => {
    const mamba = modelById("mamba-2.8b");
    const llama = modelById("llama-3.1-8b");
    const hybrid: Model = {...llama, groups: [...mamba.groups, ...llama.groups]};
    expect(layerCount(hybrid)).toBe(96);
    expect(kvElementsPerToken(hybrid)).toBe(kvElementsPerToken(llama));
    expect(stateElements(hybrid)).toEqual(stateElements(mamba));
  });
});
