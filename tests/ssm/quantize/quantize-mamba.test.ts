import {beforeAll, describe, expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {forwardMamba} from "../../../src/lib/engine/mamba/mamba.js";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import type {MambaHooks, MambaSite} from "../../../src/lib/engine/mamba/mamba-hooks.js";
import {type MambaWeights, mambaOf, readMambaWeights} from "../../../src/lib/engine/mamba/mamba-weights.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {
  MAMBA_BITS,
  type MambaBits,
  type QuantizeMambaOptions,
  quantizeMamba,
} from "../../../src/lib/ssm/quantize/quantize-mamba.js";
import {roundMambaWeights} from "../../../src/lib/ssm/quantize/round-weights.js";
import {
  ownParams,
  type ScanQuantizerId,
  scanQuantizers,
  scanQuantizersFor,
} from "../../../src/lib/ssm/registry.js";
import {hadamard} from "../../../src/lib/tensor/hadamard.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {TINY_MAMBA, TINY_MAMBA2, type TinyMamba, tinyMambaFolder} from "../../engine/tiny-mamba.js";

/** Sizes that have a Hadamard transform, and enough heads to cluster. */
const MAMBA = {...TINY_MAMBA, hidden_size: 12, tie_word_embeddings: true};
const MAMBA2 = {...TINY_MAMBA2, hidden_size: 32, num_heads: 8, head_dim: 8, n_groups: 2};

async function weightsOf(config: TinyMamba): Promise<MambaWeights> {
  const folder = tinyMambaFolder(config);
  return readMambaWeights(await openCheckpoint(folder), mambaConfig(await readConfig(folder, "test")));
}

const stream = randomStream(8, "texts");
const text = (vocab: number, length = 24) => Array.from({length}, () => stream.integer(vocab));
const TEXTS = Array.from({length: 4}, () => text(17));
const HELD_OUT = text(17);
const GROUPS = {headGroups: 2, channelGroups: 2};

/** Mean square difference of logits over the mean square of the plain model's. */
async function logitError(weights: MambaWeights, options: Partial<QuantizeMambaOptions>): Promise<number> {
  const plain = forwardMamba(await mambaOf(weights), HELD_OUT).data;
  const {method = "static"} = options;
  const model = await quantizeMamba(weights, {
    method,
    bits: "w8a8",
    calibration: TEXTS,
    params: ownParams(method, GROUPS),
    ...options,
  });
  const {data} = model.logits(HELD_OUT);
  let [noise, signal] = [0, 0];
  data.forEach((value, i) => {
    noise += (value - plain[i]) ** 2;
    signal += plain[i] ** 2;
  });
  return noise / signal;
}

/** Some tensors with other numbers. */
function changed(
  weights: MambaWeights,
  change: (name: string, data: Float32Array) => Float32Array,
): MambaWeights {
  const tensors = [...weights.tensors].map(
    ([name, {shape, data}]) => [name, {shape, data: change(name, data)}] as const,
  );
  return {config: weights.config, tensors: new Map(tensors)};
}

describe.each([
  ["Mamba", MAMBA as TinyMamba],
  ["Mamba2", MAMBA2 as TinyMamba],
])("quantizing %s", (name, config) => {
  let weights: MambaWeights;
  beforeAll(async () => {
    weights = await weightsOf(config);
  });
  const architecture = name === "Mamba" ? "MambaForCausalLM" : "Mamba2ForCausalLM";
  const methods = scanQuantizersFor({architecture}).map(({id}) => id);

  test.each(methods)("%s changes no output before anything is rounded", async (method) => {
    // A few roundings of weights and rotated activations to float32, summed over two layers.
    expect(await logitError(weights, {method, bits: null})).toBeLessThan(1e-11);
  });

  test.each(methods)("%s keeps the model near itself in 8 bits, and less near in 4", async (method) => {
    const eight = await logitError(weights, {method});
    expect(eight).toBeGreaterThan(1e-8);
    // Most of it is the mixer's output: a product of three factors with heavy tails even in a random model.
    expect(eight).toBeLessThan(5e-2);
    expect(await logitError(weights, {method, bits: "w4a8"})).toBeGreaterThan(eight);
  });

  test("W4A16 rounds no activation", async () => {
    const sites: [MambaSite, Float32Array][] = [];
    const watch: MambaHooks = {
      tensor(site, _layer, x) {
        sites.push([site, x]);
        return undefined;
      },
    };
    const options = {method: "static", bits: "w4a16", calibration: TEXTS} as const;
    (await quantizeMamba(weights, {...options, hooks: watch})).logits(HELD_OUT);
    const rounded = roundMambaWeights(weights, "w4a16").weights;
    const plain: [MambaSite, Float32Array][] = [];
    forwardMamba(await mambaOf(rounded), HELD_OUT, {
      hooks: {
        tensor(site, _layer, x) {
          plain.push([site, x]);
          return undefined;
        },
      },
    });
    expect(sites).toEqual(plain);
  });

  test("with 8 bits every tensor between the kernels has at most 256 values a scale", async () => {
    const distinct = new Map<string, Set<number>>();
    const hooks: MambaHooks = {
      tensor(site, layer, x) {
        const key = `${layer} ${site}`;
        distinct.set(key, new Set([...(distinct.get(key) ?? []), ...x]));
        return undefined;
      },
    };
    const model = await quantizeMamba(weights, {method: "quamba", bits: "w8a8", calibration: TEXTS, hooks});
    for (let i = 0; i < 20; i++) model.logits(text(17, 60));
    const most = (site: MambaSite) => distinct.get(`0 ${site}`)!.size;
    expect(most("mixer.input")).toBeLessThanOrEqual(256);
    expect(most("x")).toBeLessThanOrEqual(256);
    expect(most("mixer.output")).toBeLessThanOrEqual(256);
    expect(most("y")).toBeGreaterThan(256);
  });

  test("writes through a cache whose state is rounded as well", async () => {
    const kept: Float64Array[] = [];
    const model = await quantizeMamba(weights, {
      method: "static",
      bits: "w8a8",
      calibration: TEXTS,
      hooks: {
        state(layer, state) {
          if (layer === 0) kept.push(state);
          return undefined;
        },
      },
    });
    const [first, second] = model.write([
      {prompt: [1, 2, 3], tokens: 4},
      {prompt: [4], tokens: 2},
    ]);
    expect([first.length, second.length]).toEqual([4, 2]);
    expect(kept.length).toBe(1 + 4 + 1 + 2);
    for (const state of kept) expect(new Set(state).size).toBeLessThanOrEqual(256);
  });

  test("counts the packed bits of what it rounds", async () => {
    const bits = async (scheme: "w8a8" | "w4a8" | "w4a16" | null) =>
      (await quantizeMamba(weights, {method: "dynamic", bits: scheme})).bitsPerWeight;
    expect(await bits(null)).toBeNull();
    const eight = (await bits("w8a8"))!;
    expect(eight).toBeGreaterThan(8);
    expect(eight).toBeLessThan(9);
    for (const scheme of ["w4a8", "w4a16"] as const) {
      expect(await bits(scheme)).toBeGreaterThan(4);
      expect(await bits(scheme)).toBeLessThan(eight);
    }
  });

  test("refuses a method that is none, and one without the texts that it needs", async () => {
    await expect(quantizeMamba(weights, {method: "guess" as ScanQuantizerId, bits: null})).rejects.toThrow(
      `scan quantizers: id must be one of ${scanQuantizers.ids.join(", ")}, got "guess"`,
    );
    await expect(quantizeMamba(weights, {method: "quamba", bits: "w8a8"})).rejects.toThrow(
      "quantizeMamba: method quamba needs calibration texts, got none",
    );
    await expect(quantizeMamba(weights, {method: "smoothquant", bits: "w4a16"})).rejects.toThrow(
      "quantizeMamba: method smoothquant needs calibration texts, got none",
    );
    await expect(quantizeMamba(weights, {method: "dynamic", bits: "w8a8"})).resolves.toBeDefined();
    await expect(quantizeMamba(weights, {method: "quamba2", bits: "w4a16"})).resolves.toBeDefined();
  });
});

describe("what each repair mends", () => {
  test("outliers of the scan's gated output ruin static int8, and Hadamard space spreads them", async () => {
    const plain = await weightsOf(MAMBA2);
    // The function stays: a channel of the gated norm is made loud and its column of the output projection quiet.
    const loud = changed(plain, (name, data) => {
      if (name.endsWith("mixer.norm.weight")) return data.map((gain, i) => (i % 32 === 3 ? 64 * gain : gain));
      if (name.endsWith("out_proj.weight")) return data.map((w, i) => (i % 32 === 3 ? w / 64 : w));
      return data;
    });
    const [calm, hurt, mended, smoothed] = [
      await logitError(plain, {method: "static"}),
      await logitError(loud, {method: "static"}),
      await logitError(loud, {method: "hadamard"}),
      await logitError(loud, {method: "smoothquant"}),
    ];
    expect(hurt).toBeGreaterThan(10 * calm);
    expect(mended).toBeLessThan(hurt / 3);
    expect(smoothed).toBeLessThan(hurt / 3);
  });

  test("one large value of the scan's input among many widens a static scale, and clipping cuts it", async () => {
    const weights = await weightsOf(MAMBA);
    const scales = async (method: ScanQuantizerId) => {
      const seen: number[] = [];
      const model = await quantizeMamba(weights, {
        method,
        bits: "w8a8",
        calibration: TEXTS,
        params: ownParams(method, {alpha: 0.9}),
        hooks: {
          tensor(site, layer, x) {
            if (site === "x" && layer === 0) seen.push(...x.map(Math.abs));
            return undefined;
          },
        },
      });
      model.logits(HELD_OUT);
      return Math.max(...seen);
    };
    expect(await scales("clip")).toBeLessThan(0.7 * (await scales("static")));
  });

  test("heads of different loudness share no scale in Quamba2", async () => {
    const plain = await weightsOf(MAMBA2);
    const {innerSize} = plain.config;
    // Heads 0 and 4 get a convolution 30 times as loud.
    const loud = changed(plain, (name, data) =>
      /conv1d\.(weight|bias)$/.test(name)
        ? data.map((w, i) => {
            const channel = Math.floor(i / (name.endsWith("weight") ? 3 : 1));
            return channel < innerSize && Math.floor(channel / 8) % 4 === 0 ? 30 * w : w;
          })
        : data,
    );
    const error = async (method: ScanQuantizerId) => {
      const x: Float32Array[] = [];
      const hooks = {
        tensor(site: MambaSite, layer: number, value: Float32Array) {
          if (site === "x" && layer === 0) x.push(value);
          return undefined;
        },
      };
      const make = (bits: "w8a8" | null) =>
        quantizeMamba(loud, {
          method,
          bits,
          calibration: TEXTS,
          hooks,
          params: ownParams(method, {...GROUPS, channelGroups: 4}),
        });
      (await make(null)).logits(HELD_OUT);
      (await make("w8a8")).logits(HELD_OUT);
      const [exact, rounded] = x;
      const quiet = (values: Float32Array) => values.filter((_, i) => Math.abs(exact[i]) < 0.5);
      const reference = quiet(exact);
      const noise = quiet(rounded).reduce((sum, value, i) => sum + (value - reference[i]) ** 2, 0);
      return noise / reference.reduce((sum, value) => sum + value * value, 0);
    };
    expect(await error("quamba2")).toBeLessThan((await error("static")) / 2);
  });

  test("the gated output has heavy tails by itself: the more texts, the wider a static range, which Quamba mends", async () => {
    const weights = await weightsOf(MAMBA);
    const texts = Array.from({length: 40}, () => text(17));
    const [few, many, mended] = [
      await logitError(weights, {method: "static"}),
      await logitError(weights, {method: "static", calibration: texts}),
      await logitError(weights, {method: "quamba", calibration: texts}),
    ];
    expect(many).toBeGreaterThan(few);
    expect(mended).toBeLessThan(many / 2);
  });

  test("the rotated output projection is the plain one once its input is transformed", async () => {
    const weights = await weightsOf(MAMBA2);
    const outputs = new Map<string, Float32Array>();
    const record = (label: string): MambaHooks => ({
      tensor(site, layer, x) {
        if (site === "mixer.output" && layer === 0) outputs.set(label, x);
        return undefined;
      },
    });
    forwardMamba(await mambaOf(weights), HELD_OUT, {hooks: record("plain")});
    const options = {method: "hadamard", bits: null, calibration: TEXTS, hooks: record("rotated")} as const;
    (await quantizeMamba(weights, options)).logits(HELD_OUT);
    const plain = {shape: [HELD_OUT.length, weights.config.innerSize], data: outputs.get("plain")!};
    expect(outputs.get("rotated")).toEqual(hadamard(plain).data);
  });

  test("a loud state group shares no scale of B with a quiet one", async () => {
    const plain = await weightsOf(MAMBA2);
    const {innerSize, stateSize} = plain.config;
    const isLoud = (channel: number) => channel >= innerSize && channel < innerSize + stateSize;
    const loud = changed(plain, (name, data) =>
      /conv1d\.(weight|bias)$/.test(name)
        ? data.map((w, i) => (isLoud(Math.floor(i / (name.endsWith("weight") ? 3 : 1))) ? 30 * w : w))
        : data,
    );
    const quietNoise = async (method: ScanQuantizerId) => {
      const B: Float32Array[] = [];
      const hooks: MambaHooks = {
        tensor(site, layer, value, rows) {
          const columns = value.length / rows;
          if (site === "B" && layer === 0) B.push(value.filter((_, i) => i % columns >= stateSize));
          return undefined;
        },
      };
      for (const bits of [null, "w8a8"] as const) {
        (await quantizeMamba(loud, {method, bits, calibration: TEXTS, hooks})).logits(HELD_OUT);
      }
      const [exact, rounded] = B;
      return rounded.reduce((sum, value, i) => sum + (value - exact[i]) ** 2, 0);
    };
    expect(await quietNoise("state-groups")).toBeLessThan((await quietNoise("static")) / 5);
  });

  test("Quamba2 on Mamba is Quamba with its ends rounded, which has no heads to cluster", async () => {
    const weights = await weightsOf(MAMBA);
    const logits = async (options: Partial<QuantizeMambaOptions> & {method: ScanQuantizerId}) =>
      (await quantizeMamba(weights, {bits: "w8a8", calibration: TEXTS, ...options})).logits(HELD_OUT).data;
    expect(await logits({method: "quamba2", roundsEnds: false})).toEqual(await logits({method: "quamba"}));
    expect(await logits({method: "quamba2"})).not.toEqual(await logits({method: "quamba"}));
    for (const method of ["cluster", "state-groups"] as const) {
      await expect(logits({method})).rejects.toThrow(
        `quantizeMamba: method must suit MambaForCausalLM, got ${method}. It groups heads, which MambaForCausalLM does not have.`,
      );
    }
  });

  test("says which bits, groups and widths it cannot take", async () => {
    const weights = await weightsOf(MAMBA2);
    const refused = (options: Partial<QuantizeMambaOptions>) =>
      quantizeMamba(weights, {method: "quamba2", bits: "w8a8", calibration: TEXTS, ...options});
    await expect(refused({bits: "w3a3" as MambaBits})).rejects.toThrow(
      `quantizeMamba: bits must be one of ${MAMBA_BITS.join(", ")} or null, got w3a3`,
    );
    await expect(refused({params: {headGroups: 5}})).rejects.toThrow(
      "quantizeMamba: headGroups must be an integer from 1 to the 4 heads of a state group, got 5",
    );
    await expect(refused({params: {channelGroups: 9}})).rejects.toThrow(
      "channelGroups must be an integer from 1 to 8, got 9",
    );
    await expect(refused({method: "clip", params: {alpha: 0.2}})).rejects.toThrow(
      "quantizeMamba: method clip: alpha must be a number from 0.9 to 1, got 0.2",
    );
    await expect(logitError(await weightsOf(TINY_MAMBA), {method: "quamba"})).rejects.toThrow(
      "hadamardFactors: n must be 2^k or 12, 20, 28 or 40 times 2^k, got 10",
    );
  });
});
