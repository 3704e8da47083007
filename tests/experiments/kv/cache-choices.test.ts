import {describe, expect, test} from "vitest";
import {POLICY_CACHES} from "../../../src/lib/attention/policy-caches.js";
import {longTextBytes} from "../../../src/lib/engine/cache/choices.js";
import {decoderSizes} from "../../../src/lib/engine/cache/sizes.js";
import {CACHE_KINDS} from "../../../src/lib/engine/cache/technique.js";
import {sweepSettings} from "../../../src/lib/experiment/sweep.js";
import {alignment} from "../../../src/lib/experiments/kv/alignment.js";
import {CACHES, SHOWN_CACHE_IDS} from "../../../src/lib/experiments/kv/caches.js";
import {context} from "../../../src/lib/experiments/kv/context.js";
import {CHOOSING, REPORTING} from "../../../src/lib/experiments/kv/halves.js";
import {oneToken} from "../../../src/lib/experiments/kv/one-token.js";
import {sharedAttention} from "../../../src/lib/experiments/kv/shared-attention.js";
import {sharing} from "../../../src/lib/experiments/kv/sharing.js";
import {smallCaches} from "../../../src/lib/experiments/kv/small-caches.js";
import {spectra} from "../../../src/lib/experiments/kv/spectra.js";
import {DECODER_IDS, DECODERS} from "../../../src/lib/experiments/shared/decoders.js";
import {KV_CACHES} from "../../../src/lib/kv/registry.js";

const small = decoderSizes(DECODERS["decoder-small"]);
/** Bytes of a token of the small decoder in 16 bits: 4 layers, keys and values, 2 heads of 16. */
const PLAIN = 4 * 2 * 2 * 16 * 2;
/** Those whose formula needs nothing but sizes. */
const SIZED = CACHES.all.filter(({id}) => !id.startsWith("token-butler"));

describe("the caches that have a name", () => {
  test("are the presets of all techniques, each once, under ids for addresses", () => {
    const presets = [...KV_CACHES.all, ...POLICY_CACHES.all].flatMap(({presets: own}) =>
      own.map(({id}) => id),
    );
    expect([...CACHES.ids].sort()).toEqual([...presets].sort());
    expect(new Set(CACHES.ids).size).toBe(CACHES.ids.length);
    for (const id of CACHES.ids) expect(id).toMatch(/^[a-z0-9]+([-.][a-z0-9]+)*$/);
  });

  test("are shown first in the same order, every one but those that a reader must choose", () => {
    expect(SHOWN_CACHE_IDS).toEqual(CACHES.ids.filter((id) => CACHES.byId(id).isShownFirst));
    const byChoice = [...KV_CACHES.all, ...POLICY_CACHES.all].flatMap(({presets: own}) =>
      own.filter(({isByChoice}) => isByChoice).map(({id}) => id),
    );
    expect(byChoice.length).toBeGreaterThan(0);
    for (const id of byChoice) expect(SHOWN_CACHE_IDS).not.toContain(id);
    expect(SHOWN_CACHE_IDS.length + byChoice.length).toBe(CACHES.ids.length);
  });

  test("are told apart by a reader: marks, what they do, formulas and sources in words", () => {
    const labels = CACHES.all.map(({label}) => label);
    expect(new Set(labels).size).toBe(labels.length);
    for (const {id, label, kind, formula, comesBack, source} of CACHES.all) {
      expect(label.length, id).toBeLessThan(40);
      expect(Object.keys(CACHE_KINDS), id).toContain(kind);
      for (const words of [formula, comesBack, source]) expect(words.length, id).toBeGreaterThan(3);
    }
  });

  test("are named in an error where an id is wrong", () => {
    expect(() => CACHES.byId("int5")).toThrow(/^cacheById: id must be one of .*fp16.*, got "?int5"?$/);
  });
});

describe("bytes of a long text", () => {
  test.each([
    ["fp16", PLAIN],
    // A scale of 16 bits for each head of 16 numbers.
    ["int8", 4 * 2 * 2 * (16 + 2)],
    ["int4", 4 * 2 * 2 * (8 + 2)],
    ["int2", 4 * 2 * 2 * (4 + 2)],
    ["fp8", PLAIN / 2],
    // 4 bits and a scale and a minimum of 16 bits for 32 numbers: a byte's worth of two numbers.
    ["kivi-4", (PLAIN * 5) / 16],
    ["kivi-2", (PLAIN * 3) / 16],
    ["cskv-half", PLAIN / 2],
    ["cskv-quarter", PLAIN / 4],
  ] as const)("of %s are those of a token, by hand", (id, bytes) => {
    const {kept, read} = longTextBytes(CACHES.byId(id), small);
    expect(kept).toBeCloseTo(bytes, 3);
    expect(read).toBeCloseTo(bytes, 3);
  });

  test.each(SIZED.map((choice) => [choice.id, choice] as const))(
    "of %s are positive, and no more is read than is kept where a technique reads everything",
    (_, choice) => {
      const {kept, read} = longTextBytes(choice, small);
      expect(kept).toBeGreaterThan(0);
      expect(read).toBeGreaterThan(0);
      if (["fewer-bits", "shared-layers", "fewer-channels"].includes(choice.kind)) {
        expect(read).toBe(kept);
      }
      // Two query heads of a key head may ask for different halves: then all of it is read.
      if (choice.kind === "part-read") expect(read).toBeLessThanOrEqual(kept);
      if (choice.kind === "fewer-bits" || choice.kind === "fewer-channels") expect(kept).toBeLessThan(PLAIN);
    },
  );

  test("grow with a model's layers: the large one has twice as many, twice as wide", () => {
    const large = decoderSizes(DECODERS["decoder-large"]);
    for (const id of ["fp16", "int8", "int4", "kivi-2", "mxfp4"]) {
      const [few, many] = [small, large].map((sizes) => longTextBytes(CACHES.byId(id), sizes).kept);
      expect(many / few, id).toBeCloseTo(4, 6);
    }
  });

  test("of a text at once rise with its length for what keeps every token", () => {
    for (const id of ["fp16", "int4", "mxfp4", "nvfp4"]) {
      const bytes = [1, 7, 64, 65, 1000].map((tokens) => CACHES.byId(id).bytes(small, tokens).kept);
      bytes.slice(1).forEach((value, i) => {
        expect(value, id).toBeGreaterThan(bytes[i]);
      });
      expect(bytes[4] / 1000, id).toBeCloseTo(bytes[0], 6);
    }
  });
});

const experiments = [alignment, context, oneToken, sharedAttention, sharing, smallCaches, spectra] as const;

describe.each(experiments.map((one) => [one.id, one] as const))("the experiment %s", (_, one) => {
  test("has valid settings, all different", () => {
    const settings = sweepSettings(one as never).map((setting) => JSON.stringify(setting));
    expect(settings.length).toBeGreaterThan(0);
    expect(new Set(settings).size).toBe(settings.length);
  });

  test("says of every number where it comes from, and in which unit bytes are", () => {
    for (const [name, column] of Object.entries(one.columns) as [
      string,
      {type: string; label: string; unit?: string; provenance?: string},
    ][]) {
      expect(column.label.length, name).toBeGreaterThan(0);
      if (column.type === "number")
        expect(["measured", "modelled", "row"], name).toContain(column.provenance);
      if (/[bB]ytes/.test(name)) expect(column.unit, name).toMatch(/^bytes/);
    }
  });

  test("refuses a parameter that it has not, naming those that it has", async () => {
    const names = Object.keys(one.params).join(", ");
    await expect(one.run({speed: 1} as never)).rejects.toThrow(
      `run ${one.id}: a parameter must be one of ${names}, got "speed"`,
    );
  });

  test("says what data it lacks, and how to load it", async () => {
    if (one.needs.length === 0) return;
    await expect(one.run({}, {data: new Map()})).rejects.toThrow(
      /: data must hold weights\/decoder-small.*, got none\. Load it with loadData\(/,
    );
  });
});

describe("settings of the small caches", () => {
  test("name every decoder, and at most four techniques at once", () => {
    expect(new Set(smallCaches.sweep.map(({model}) => model))).toEqual(new Set(DECODER_IDS));
    for (const {techniques} of smallCaches.sweep) {
      expect(techniques!.length).toBeGreaterThan(0);
      expect(techniques!.length).toBeLessThanOrEqual(4);
    }
  });

  test.each([
    [{techniques: []}, /^run kv\/small-caches: techniques must be .*, got \[\]$/],
    [{techniques: ["int5"]}, /^run kv\/small-caches: techniques must be .*, got \["int5"\]$/],
    [{techniques: ["int4", "int4"]}, /^run kv\/small-caches: techniques must be .*, got \["int4","int4"\]$/],
    [{prefillShare: 0.95}, "run kv/small-caches: prefillShare must be a number from 0.1 to 0.9, got 0.95"],
    [{documents: 3}, "run kv/small-caches: documents must be an integer from 4 to 64, got 3"],
    [{documents: 4.5}, "run kv/small-caches: documents must be an integer from 4 to 64, got 4.5"],
    [{model: "decoder-huge"}, /^run kv\/small-caches: model must be one of .*, got "decoder-huge"$/],
  ] as const)("are refused with the name of what is wrong: %j", async (setting, message) => {
    await expect(smallCaches.run(setting as never)).rejects.toThrow(message);
  });

  test("tell two halves apart by names that are no seeds", () => {
    expect(CHOOSING).not.toBe(REPORTING);
    for (const half of [CHOOSING, REPORTING]) expect(Number.isNaN(Number(half))).toBe(true);
  });
});
