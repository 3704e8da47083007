import {beforeAll, describe, expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import type {Mamba} from "../../../src/lib/engine/mamba/load-mamba.js";
import {forwardMamba} from "../../../src/lib/engine/mamba/mamba.js";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import type {MambaSite} from "../../../src/lib/engine/mamba/mamba-hooks.js";
import {type MambaWeights, mambaOf, readMambaWeights} from "../../../src/lib/engine/mamba/mamba-weights.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {MAMBA_TENSORS, type MambaTensor, observeMamba} from "../../../src/lib/ssm/quantize/mamba-tensors.js";
import {mambaTensorErrors} from "../../../src/lib/ssm/quantize/tensor-errors.js";
import {hadamard} from "../../../src/lib/tensor/hadamard.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {TINY_MAMBA, TINY_MAMBA2, type TinyMamba, tinyMambaFolder} from "../../engine/tiny-mamba.js";

const MAMBA = {...TINY_MAMBA, hidden_size: 12};
const MAMBA2 = {...TINY_MAMBA2, hidden_size: 32, num_heads: 8, head_dim: 8, n_groups: 2};

async function weightsOf(config: TinyMamba): Promise<MambaWeights> {
  const folder = tinyMambaFolder(config);
  return readMambaWeights(await openCheckpoint(folder), mambaConfig(await readConfig(folder, "test")));
}

const stream = randomStream(5, "tensors");
const text = (length: number) => Array.from({length}, () => stream.integer(17));
/** The first is longer than the passes it is read in. */
const TEXTS = [text(150), text(20)];

/** What a hook sees of a site, all texts read at once. */
function seenAt(model: Mamba, site: MambaSite, layer: number): number[] {
  const seen: number[] = [];
  for (const ids of TEXTS) {
    forwardMamba(model, ids, {
      hooks: {
        tensor(at, own, x) {
          if (at === site && own === layer) seen.push(...x);
          return undefined;
        },
      },
    });
  }
  return seen;
}

const closeTo = (found: ArrayLike<number>, expected: readonly number[]) => {
  expect(found.length).toBe(expected.length);
  const off = expected.map((value, i) => Math.abs(value - found[i]));
  expect(off.reduce((a, b) => Math.max(a, b), 0)).toBeLessThan(1e-4);
};

describe.each([
  ["Mamba", MAMBA as TinyMamba],
  ["Mamba2", MAMBA2 as TinyMamba],
])("the tensors of %s", (name, config) => {
  let weights: MambaWeights;
  let model: Mamba;
  beforeAll(async () => {
    weights = await weightsOf(config);
    model = await mambaOf(weights);
  });

  test("are what the scan takes and what the projections take and give, of all texts", () => {
    const seen = observeMamba(model, TEXTS);
    const sites: [MambaTensor, MambaSite][] = [
      ["input", "mixer.input"],
      ["x", "x"],
      ["B", "B"],
      ["C", "C"],
      ["output", "mixer.output"],
    ];
    for (const layer of [0, 1]) {
      for (const [tensor, site] of sites) {
        closeTo(seen.tensor(layer, tensor).data, seenAt(model, site, layer));
      }
    }
  });

  test("have delta before its bias, as it is rounded", () => {
    const delta = observeMamba(model, TEXTS, ["delta"]).tensor(0, "delta");
    if (name === "Mamba") {
      closeTo(delta.data, seenAt(model, "dt", 0));
      return;
    }
    const heads = 8;
    const projected = seenAt(model, "projected", 0);
    const columns = projected.length / 170;
    closeTo(
      delta.data,
      projected.filter((_, i) => i % columns >= columns - heads),
    );
  });

  test("show the state some times in a long text and at its end", () => {
    const {innerSize, stateSize} = weights.config;
    const {shape} = observeMamba(model, TEXTS, ["state"]).tensor(1, "state");
    expect(shape).toEqual([3 + 1, innerSize * stateSize]);
  });

  test("in Hadamard space are the output transformed, and errors there are those of the output", async () => {
    const plain = observeMamba(model, TEXTS, ["output"]).tensor(0, "output");
    const options = {calibration: TEXTS, headGroups: 2, channelGroups: 2} as const;
    const [fixed, rotated] = [
      await mambaTensorErrors(weights, {...options, method: "static"}, TEXTS),
      await mambaTensorErrors(weights, {...options, method: "hadamard"}, TEXTS),
    ];
    const of = (errors: typeof fixed) =>
      errors.find(({layer, tensor}) => layer === 0 && tensor === "output")!;
    const peak = ({data}: {data: Float32Array}) => {
      const rms = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
      return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / rms;
    };
    expect(of(fixed).absMaxOverRms).toBeCloseTo(peak(plain), 3);
    expect(of(rotated).absMaxOverRms).toBeCloseTo(peak(hadamard(plain)), 3);
    expect(of(fixed).count).toBe(plain.data.length);
  });

  test("have an error each of every layer, near that of steps of their largest magnitude", async () => {
    const errors = await mambaTensorErrors(weights, {method: "static", calibration: TEXTS}, TEXTS);
    expect(errors.map(({tensor}) => tensor)).toEqual([...MAMBA_TENSORS, ...MAMBA_TENSORS]);
    for (const {tensor, absMaxOverRms, relativeMse, kurtosis} of errors) {
      expect(kurtosis).toBeGreaterThanOrEqual(1);
      // Calibrated on the same texts nothing is clipped; parts that share a scale may have a coarser one.
      if (name === "Mamba" && (tensor === "B" || tensor === "C")) continue;
      const evenSteps = (absMaxOverRms / 127) ** 2 / 12;
      if (tensor !== "state") expect(relativeMse / evenSteps).toBeGreaterThan(0.5);
      if (tensor !== "state") expect(relativeMse / evenSteps).toBeLessThan(1.5);
    }
  });

  test("need a text", () => {
    expect(() => observeMamba(model, []).tensor(0, "x")).toThrow(
      "observeMamba: texts must be at least one, got none",
    );
  });
});

test("ordinary numbers fare worse than all of them where one number is large", async () => {
  const plain = await weightsOf(MAMBA2);
  const tensors = new Map(plain.tensors);
  const gain = tensors.get("backbone.layers.0.mixer.norm.weight")!;
  tensors.set("backbone.layers.0.mixer.norm.weight", {
    ...gain,
    data: gain.data.map((value, i) => (i === 5 ? 200 * value : value)),
  });
  const errors = await mambaTensorErrors({...plain, tensors}, {method: "static", calibration: TEXTS}, TEXTS);
  const {sqnrDb, ordinarySqnrDb, kurtosis} = errors.find(({tensor}) => tensor === "output")!;
  expect(ordinarySqnrDb).toBeLessThan(sqnrDb - 10);
  expect(kurtosis).toBeGreaterThan(20);
});
