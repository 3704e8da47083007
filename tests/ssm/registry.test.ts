import {beforeAll, describe, expect, test} from "vitest";
import {EVAL_OPTIONS} from "../../src/cli/eval.js";
import {openCheckpoint} from "../../src/lib/checkpoint/open-checkpoint.js";
import {forwardMamba} from "../../src/lib/engine/mamba/mamba.js";
import {mambaConfig} from "../../src/lib/engine/mamba/mamba-config.js";
import {type MambaWeights, mambaOf, readMambaWeights} from "../../src/lib/engine/mamba/mamba-weights.js";
import {readConfig} from "../../src/lib/engine/read-config.js";
import {packedState} from "../../src/lib/experiments/ssm/packed-state.js";
import {quantization} from "../../src/lib/experiments/ssm/quantization.js";
import {tensorErrors} from "../../src/lib/experiments/ssm/tensor-errors.js";
import {transformMamba} from "../../src/lib/ssm/quantize/calibrate-mamba.js";
import {type QuantizeMambaOptions, quantizeMamba} from "../../src/lib/ssm/quantize/quantize-mamba.js";
import {mambaFootprint} from "../../src/lib/ssm/quantize/weight-bytes.js";
import {ownParams, scanQuantizers, scanQuantizersFor} from "../../src/lib/ssm/registry.js";
import {FAMILIES} from "../../src/lib/technique/families.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {TINY_MAMBA, TINY_MAMBA2, type TinyMamba, tinyMambaFolder} from "../engine/tiny-mamba.js";

const CONFIGS = {
  Mamba: {...TINY_MAMBA, hidden_size: 12},
  Mamba2: {...TINY_MAMBA2, hidden_size: 32, num_heads: 8, head_dim: 8, n_groups: 2},
} as const satisfies Readonly<Record<string, TinyMamba>>;
const GROUPS = {headGroups: 2, channelGroups: 3};

const stream = randomStream(21, "scan quantizers");
const calibration = Array.from({length: 3}, () => Array.from({length: 20}, () => stream.integer(17)));
const HELD_OUT = calibration[0].toReversed();

const models = new Map<string, MambaWeights>();
beforeAll(async () => {
  for (const [name, tiny] of Object.entries(CONFIGS)) {
    const folder = tinyMambaFolder(tiny);
    const config = mambaConfig(await readConfig(folder, "test"));
    models.set(name, await readMambaWeights(await openCheckpoint(folder), config));
  }
});

describe.each(scanQuantizers.all)("$id", ({id: method, ...record}) => {
  test("names itself, its source and a family with a colour", () => {
    expect(method, "an id is lower case with hyphens").toMatch(/^[a-z0-9-]+$/);
    expect(record.label, `the record of ${method} has no label`).not.toBe("");
    expect(record.source, `the record of ${method} has no source`).toMatch(/arXiv:\d{4}\.\d{5}/);
    expect(FAMILIES, `the family of ${method} has no name`).toHaveProperty([record.family]);
  });

  test("stands among the choices of the experiments and in the help of the command line", () => {
    for (const {id, params} of [quantization, tensorErrors]) {
      expect(params.methods.options, `${id} does not offer ${method}`).toContain(method);
    }
    expect(packedState.params.methods.options.includes(method)).toBe(record.ownStateScales);
    expect(EVAL_OPTIONS.method.help, `paretoscope eval --method does not name ${method}`).toContain(method);
  });

  test("has parameters with defaults that are allowed, and refuses others by name", () => {
    const {config} = models.get("Mamba2")!;
    const defaults = Object.entries(record.params).map(([name, param]) => [name, param.default]);
    expect(() => record.steps(config, Object.fromEntries(defaults))).not.toThrow();
    expect(() => record.steps(config, {magic: 1})).toThrow(`quantizeMamba: method ${method}: a parameter`);
  });
});

describe.each(Object.keys(CONFIGS))("on %s", (name) => {
  const architecture = CONFIGS[name as keyof typeof CONFIGS].architectures[0] as "Mamba2ForCausalLM";
  const taken = scanQuantizersFor({architecture});
  let weights: MambaWeights;
  beforeAll(() => {
    weights = models.get(name)!;
  });
  const options = (method: (typeof taken)[number]["id"]) => ({
    method,
    calibration,
    params: ownParams(method, GROUPS),
  });
  const prepared = (method: (typeof taken)[number]["id"], bits: QuantizeMambaOptions["bits"]) =>
    quantizeMamba(weights, {...options(method), bits});

  test.each(taken)(
    "$id without rounding is the model itself, read at once, in parts or by token",
    async ({id}) => {
      const want = forwardMamba(await mambaOf(weights), HELD_OUT).data;
      const model = await prepared(id, null);
      const scale = Math.max(...want.map(Math.abs));
      for (const cuts of [[20], [7, 8, 20], HELD_OUT.map((_, i) => i + 1)]) {
        const read = model.read();
        const rows = cuts.flatMap((to, i) => Array.from(read(HELD_OUT.slice(cuts[i - 1] ?? 0, to)).data));
        // Weights and, between parts, the memories were rounded to float32 once more.
        rows.forEach((value, i) => {
          expect(Math.abs(value - want[i])).toBeLessThan(2 ** -15 * scale);
        });
      }
    },
  );

  test.each(taken)("$id keeps as many bytes as its formula says", async ({id, memoryBytes, roundsEnds}) => {
    const {memory} = await prepared(id, "w8a8");
    const {scales, scanState, convState} = memory;
    expect({scales, scanState, convState}).toEqual(
      memoryBytes(weights.config, ownParams(id, GROUPS), roundsEnds),
    );
    // Rotation parts a head from the embedding that it was tied to; these models are not tied.
    const {mixers, embedding, head, norms} = memory;
    expect({mixers, embedding, head, norms}).toEqual(mambaFootprint(weights.config, "w8", {roundsEnds}));
  });

  test.each(taken)(
    "$id moves weights if and only if its record says so",
    async ({id, movesWeights, needs}) => {
      const moved = await transformMamba(weights, options(id));
      expect(
        [...moved.weights.tensors.values()].every((tensor, i) => tensor === [...weights.tensors.values()][i]),
      ).toBe(!movesWeights);
      const alone = quantizeMamba(weights, {method: id, bits: "w8a8"});
      if (!needs.includes("calibration")) await expect(alone).resolves.toBeDefined();
      else await expect(alone).rejects.toThrow(`method ${id} needs calibration texts, got none`);
    },
  );

  test("those that it cannot take say why", async () => {
    for (const {id, refuses} of scanQuantizers.all) {
      const reason = refuses(weights.config);
      if (reason === null) continue;
      expect(reason).toMatch(/^[A-Z].*\.$/);
      await expect(quantizeMamba(weights, {method: id, bits: "w8a8", calibration})).rejects.toThrow(
        `quantizeMamba: method must suit ${architecture}, got ${id}. ${reason}`,
      );
    }
    expect(taken.length).toBe(name === "Mamba" ? 7 : 9);
  });
});
