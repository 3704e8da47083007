import {beforeAll, describe, expect, test} from "vitest";
import type {TensorSet} from "../../../src/lib/experiment/experiment.js";
import {MAMBAS} from "../../../src/lib/experiments/ssm/mambas.js";
import {memory} from "../../../src/lib/experiments/ssm/memory.js";
import {TINY_MAMBA, TINY_MAMBA2, type TinyMamba, tinyMambaTensors} from "../../engine/tiny-mamba.js";

const {hiddenSize: hidden_size, layers: num_hidden_layers, vocabSize: vocab_size} = MAMBAS["mamba2-small"];
const sizes = {hidden_size, num_hidden_layers, vocab_size, conv_kernel: 4};

/** Random weights of the shape of a model that comes with the library. */
function weights(config: TinyMamba): TensorSet {
  const tensors = tinyMambaTensors(config);
  return new Map(
    Array.from(tensors, ([name, {shape, data}]) => [name, {shape: [...shape], data: data as Float32Array}]),
  );
}

const data = new Map([
  ["weights/mamba1-small", weights({...TINY_MAMBA, ...sizes, state_size: 16, time_step_rank: 4})],
  [
    "weights/mamba2-small",
    weights({...TINY_MAMBA2, ...sizes, state_size: 64, num_heads: 8, head_dim: 16, n_groups: 2}),
  ],
]);
const prompt = "fact otter amber plum . query otter";
type Rows = Awaited<ReturnType<typeof memory.run>>;

describe.each([
  {model: "mamba1-small", units: 128},
  {model: "mamba2-small", units: 8},
] as const)("what $model remembers", ({model, units}) => {
  let rows: Rows;
  beforeAll(async () => {
    rows = await memory.run({model, prompt, layer: 2}, {data});
  });
  const of = (part: string) => rows.filter((row) => row.part === part);

  test("is told for every unit of every layer", () => {
    expect(of("reach")).toHaveLength(4 * units);
    // Eight tokens with the marker: nobody looks back farther than half of seven on average.
    for (const {value, halfLife} of of("reach")) {
      expect(halfLife).toBeGreaterThan(0);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(3.5);
    }
  });

  test("names the words of the text, the marker first", () => {
    expect(of("word").map(({word}) => word)).toEqual(["<begin>", ...prompt.split(" ")]);
  });

  test("shows time steps and shares of eight units of the layer, in the order of how far they look", () => {
    const shown = [...new Set(of("step").map(({unit}) => unit))];
    expect(shown).toHaveLength(8);
    expect(of("step")).toHaveLength(8 * 8);
    expect(new Set([...of("step"), ...of("share")].map(({layer}) => layer))).toEqual(new Set([2]));
    const distances = shown.map(
      (unit) => of("reach").find((row) => row.layer === 2 && row.unit === unit)!.value!,
    );
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
  });

  test("shares of a word add up to all of its weight, but for those too small for a row", () => {
    const totals = new Map<string, number>();
    for (const {unit, index, other, value} of of("share")) {
      expect(other).toBeLessThanOrEqual(index!);
      totals.set(`${unit} ${index}`, (totals.get(`${unit} ${index}`) ?? 0) + Math.abs(value!));
    }
    expect(totals.size).toBe(64);
    for (const total of totals.values()) {
      expect(total).toBeGreaterThan(1 - 8 * 0.03);
      expect(total).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  test("the first word can only see itself", () => {
    for (const {other, value} of of("share").filter(({index}) => index === 0)) {
      expect([other, Math.abs(value!)]).toEqual([0, 1]);
    }
  });
});

test("the layer that is shown moves no other row", async () => {
  const reaches = async (layer: number) =>
    (await memory.run({prompt, layer}, {data})).filter(({part}) => part === "reach" || part === "word");
  expect(await reaches(0)).toEqual(await reaches(3));
});

test("a longer text begins as the shorter one: what its first words see does not change", async () => {
  const shares = async (text: string) =>
    new Map(
      (await memory.run({prompt: text, layer: 1}, {data}))
        .filter(({part, index}) => part === "share" && index! < 8)
        .map(({unit, index, other, value}) => [`${unit} ${index} ${other}`, value!]),
    );
  // All eight heads are shown in both, each with its own order.
  const [short, long] = [await shares(prompt), await shares(`${prompt} amber plum`)];
  expect([...long.keys()].sort()).toEqual([...short.keys()].sort());
  for (const [place, value] of short) expect(long.get(place)!).toBeCloseTo(value, 6);
});

test("refuses a word that no model knows, and data that is not there", async () => {
  await expect(memory.run({prompt: "fact platypus"}, {data})).rejects.toThrow('"platypus"');
  await expect(memory.run({prompt})).rejects.toThrow("run ssm/memory: data must hold weights/mamba2-small");
});
