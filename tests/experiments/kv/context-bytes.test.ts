import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {modelById} from "../../../src/lib/accel/models.js";
import {CACHE_KINDS} from "../../../src/lib/engine/cache/technique.js";
import {context, kvModelOf} from "../../../src/lib/experiments/kv/context.js";
import {methodsFor} from "../../../src/lib/experiments/kv/context-methods.js";
import {kvCacheBytes, largestContext} from "../../../src/lib/kv/calculator.js";

const MODEL_IDS = context.params.model.options;
const KNOBS = {keptKeys: 0.125, density: 0.2, keepFraction: 0.25};
const PLAIN = ["llama-3.1-8b", "llama-3.1-70b", "qwen2.5-7b", "tinyllama-1.1b"];

type Setting = NonNullable<Parameters<typeof context.run>[0]>;
const chosen = async (setting: Setting) => (await context.run(setting)).filter(({isChosen}) => isChosen);

/** Numbers of keys and values, or of latents, that a model holds of a text, layer by layer from its published shape. */
function numbersHeld(id: string, tokens: number): number {
  let sum = 0;
  for (const {count, mixer} of modelById(id).groups) {
    if (mixer.kind === "gqa") {
      sum += count * Math.min(tokens, mixer.window ?? tokens) * 2 * mixer.kvHeads * mixer.headDim;
    } else if (mixer.kind === "mla") sum += count * tokens * (mixer.kvRank + mixer.ropeDim);
    else throw new RangeError(`numbersHeld: ${id} must cache in every layer, got ${mixer.kind}`);
  }
  return sum;
}

describe("the cache of a published model", () => {
  test.each(MODEL_IDS)("%s is two bytes for every key and value that its shape has", async (id) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 300_000}),
        fc.integer({min: 1, max: 8}),
        async (tokens, batch) => {
          expect(kvCacheBytes(kvModelOf(modelById(id)), tokens)).toBe(2 * numbersHeld(id, tokens));
          const row = (await chosen({model: id, context: Math.min(tokens, 131_072), batch})).find(
            ({technique}) => technique === "fp16",
          )!;
          expect(row.cacheBytes).toBe(batch * 2 * numbersHeld(id, row.context));
          expect(row.bytesPerToken).toBeCloseTo((2 * numbersHeld(id, row.context)) / row.context, 6);
          expect(row.ratio).toBe(1);
        },
      ),
      {seed: 41, numRuns: 4},
    );
  });

  test("has windows, latents and width per layer as its mixers have them", () => {
    for (const id of MODEL_IDS) {
      const model = modelById(id);
      const sizes = kvModelOf(model);
      const layers = model.groups.reduce((sum, {count}) => sum + count, 0);
      expect(sizes.widths, id).toHaveLength(layers);
      expect(sizes.windows, id).toHaveLength(layers);
      const kinds = new Set(model.groups.map(({mixer}) => mixer.kind));
      expect(sizes.latent !== undefined, id).toBe(kinds.has("mla"));
      if (sizes.latent === undefined)
        expect(
          sizes.widths.every((width) => width > 0),
          id,
        ).toBe(true);
    }
  });
});

describe("methods by formulas written out", () => {
  const tokens = fc.integer({min: 256, max: 200_000});
  const bytesOf = (id: string, technique: string, at: number, knobs = KNOBS) => {
    const sizes = kvModelOf(modelById(id));
    const {method} = methodsFor(sizes, knobs).find((each) => each.technique === technique)!;
    return kvCacheBytes(sizes, at, method);
  };
  const shape = (id: string) => {
    const {widths} = kvModelOf(modelById(id));
    return {layers: widths.length, width: widths[0]};
  };

  test.each(PLAIN)("%s in KIVI: codes with two numbers for 32, the newest tokens whole", (id) => {
    const {layers, width} = shape(id);
    fc.assert(
      fc.property(tokens, fc.constantFrom(2, 4), (at, bits) => {
        const keysWhole = at % 128;
        const valuesWhole = 128;
        const codes = ((2 * at - keysWhole - valuesWhole) * width * (bits + 1)) / 8;
        expect(bytesOf(id, `KIVI-${bits}`, at)).toBeCloseTo(
          layers * (2 * (keysWhole + valuesWhole) * width + codes),
          3,
        );
      }),
      {seed: 42, numRuns: 40},
    );
  });

  test.each(PLAIN)(
    "%s in xKV: a basis for a group and a factor for a layer, keys two to three values",
    (id) => {
      const {layers, width} = shape(id);
      const size = (at: number, group: number, keptKeys: number) => {
        const side = (share: number) => {
          const rank = group * Math.min(width, Math.max(1, Math.round(share * width)));
          let numbers = 0;
          for (let first = 0; first < layers; first += group) {
            const members = Math.min(group, layers - first);
            const packed = rank * (at + members * width);
            numbers += Math.min(packed, at * members * width);
          }
          return numbers;
        };
        return 2 * (side(keptKeys) + side(1.5 * keptKeys));
      };
      fc.assert(
        fc.property(tokens, fc.constantFrom(0.0625, 0.125, 0.25, 0.5), (at, keptKeys) => {
          for (const [technique, group] of [
            ["SVD of each layer", 1],
            ["xKV-2", 2],
            ["xKV-4", 4],
          ] as const) {
            expect(bytesOf(id, technique, at, {...KNOBS, keptKeys})).toBe(size(at, group, keptKeys));
          }
        }),
        {seed: 43, numRuns: 30},
      );
    },
  );

  test.each(PLAIN)("%s in MiniCache: one direction and two lengths for each pair of the deep half", (id) => {
    const {layers, width} = shape(id);
    const headDim = kvModelOf(modelById(id)).headDim!;
    const heads = width / headDim;
    fc.assert(
      fc.property(tokens, (at) => {
        const pairs = Math.floor((layers - Math.floor(layers / 2)) / 2);
        const rows = at * heads;
        const kept = Math.ceil(rows * 0.05);
        const merged =
          2 * (rows - kept) * headDim + 4 * (rows - kept) + 4 * kept * headDim + Math.ceil(rows / 8);
        const plain = (layers - 2 * pairs) * at * width * 2;
        expect(bytesOf(id, "MiniCache", at)).toBeCloseTo(2 * (pairs * merged + plain), 3);
      }),
      {seed: 44, numRuns: 30},
    );
  });

  test.each(PLAIN)("%s in CSKV: features of all tokens but the newest, which are whole", (id) => {
    const {layers, width} = shape(id);
    fc.assert(
      fc.property(tokens, fc.constantFrom(0.1, 0.2, 0.5), (at, density) => {
        const rank = Math.max(1, Math.round(density * width));
        const shrunk = 32 * Math.floor(Math.max(0, at - 32) / 32);
        const bytes = layers * (4 * (at - shrunk) * width + 4 * shrunk * rank);
        expect(bytesOf(id, "CSKV", at, {...KNOBS, density})).toBe(bytes);
      }),
      {seed: 45, numRuns: 30},
    );
  });

  test.each(PLAIN)("%s after eviction: the share of tokens, rounded up, and four sinks", (id) => {
    const {layers, width} = shape(id);
    fc.assert(
      fc.property(tokens, fc.constantFrom(0.1, 0.25, 0.5, 1), (at, keepFraction) => {
        const left = Math.min(at, Math.ceil(at * keepFraction) + 4);
        expect(bytesOf(id, "eviction", at, {...KNOBS, keepFraction})).toBe(4 * layers * width * left);
      }),
      {seed: 46, numRuns: 30},
    );
  });

  test("latents multiplied out are keys and values of every head", () => {
    const {heads, nopeDim, ropeDim, valueDim} = modelById("deepseek-v2-lite").groups.map(
      ({mixer}) => mixer,
    )[0] as {
      heads: number;
      nopeDim: number;
      ropeDim: number;
      valueDim: number;
    };
    fc.assert(
      fc.property(tokens, (at) => {
        const layers = kvModelOf(modelById("deepseek-v2-lite")).widths.length;
        expect(bytesOf("deepseek-v2-lite", "without latents", at)).toBe(
          layers * at * heads * (nopeDim + ropeDim + valueDim) * 2,
        );
      }),
      {seed: 47, numRuns: 20},
    );
  });
});

describe("the list of methods", () => {
  test("has names and kinds of its own for each model, and says in words how it is set", () => {
    for (const id of MODEL_IDS) {
      const methods = methodsFor(kvModelOf(modelById(id)), KNOBS);
      const names = methods.map(({technique}) => technique);
      expect(new Set(names).size, id).toBe(names.length);
      expect(names, id).toEqual(expect.arrayContaining(["fp16", "eviction", "eviction and KIVI-4"]));
      expect(names.includes("without latents"), id).toBe(kvModelOf(modelById(id)).latent !== undefined);
      for (const {kind, how} of methods) {
        expect(Object.values(CACHE_KINDS), id).toContain(kind);
        expect(how.length, id).toBeGreaterThan(5);
      }
    }
  });

  test("hands each knob of a reader to the techniques that have it, and to no other", () => {
    const sizes = kvModelOf(modelById("llama-3.1-8b"));
    const [before, after] = [KNOBS, {keptKeys: 0.25, density: 0.4, keepFraction: 0.5}].map((knobs) =>
      Object.fromEntries(
        methodsFor(sizes, knobs).map(({technique, method}) => [
          technique,
          kvCacheBytes(sizes, 65_536, method),
        ]),
      ),
    );
    const moved = Object.keys(before).filter((name) => before[name] !== after[name]);
    expect(moved.sort()).toEqual(
      [
        "CSKV",
        "CSKV in int4",
        "SVD of each layer",
        "eviction",
        "eviction and KIVI-4",
        ...Object.keys(before).filter((name) => name.startsWith("xKV")),
      ].sort(),
    );
    for (const name of moved) expect(after[name], name).toBeGreaterThan(before[name]);
  });
});

describe("the largest context", () => {
  test("fits its memory, and one token more does not", async () => {
    for (const model of ["llama-3.1-8b", "qwen2.5-7b", "deepseek-v2-lite"] as const) {
      const sizes = kvModelOf(modelById(model));
      for (const row of await chosen({model, weights: "none", memory: 3})) {
        if (row.largestContext === null) continue;
        const {method} = methodsFor(sizes, KNOBS).find(({technique}) => technique === row.technique)!;
        const bytes = (tokens: number) => kvCacheBytes(sizes, tokens, method);
        expect(bytes(row.largestContext), row.technique).toBeLessThanOrEqual(3e9);
        expect(bytes(row.largestContext + 1), row.technique).toBeGreaterThan(3e9);
      }
    }
  });

  test("of a plain cache is memory over bytes of a token, to the token", () => {
    const sizes = kvModelOf(modelById("llama-3.1-8b"));
    fc.assert(
      fc.property(fc.integer({min: 0, max: 1e12}), (bytes) => {
        expect(largestContext(sizes, bytes)).toBe(Math.floor(bytes / (32 * 2 * 1024 * 2)));
      }),
      {seed: 48, numRuns: 50},
    );
  });

  test("is said for the asked context alone, with its ratio on every row", async () => {
    for (const row of await context.run({context: 5000})) {
      if (!row.isChosen) expect(row.largestContext).toBeNull();
      if (row.note === null)
        expect(row.ratio! * row.bytesPerToken! * row.context).toBeCloseTo(131_072 * row.context, 1);
    }
  });
});

describe("what the calculator is asked", () => {
  test.each([
    [{memory: 0.1}, "run kv/context: memory must be a number from 0.5 to 2000, got 0.1"],
    [{keptKeys: 0}, "run kv/context: keptKeys must be a number from 0.01 to 1, got 0"],
    [{density: 1.5}, "run kv/context: density must be a number from 0.01 to 1, got 1.5"],
    [{keepFraction: Number.NaN}, "run kv/context: keepFraction must be a number from 0.01 to 1, got NaN"],
    [{batch: 1.5}, /^run kv\/context: batch must be an integer .*, got 1.5$/],
    [{model: "gpt-5"}, /^run kv\/context: model must be one of .*, got "gpt-5"$/],
    [
      {weights: "fp4"},
      'run kv/context: weights must be one of fp16, fp8, int4, groups of 32, none, got "fp4"',
    ],
    [{share: 1}, /^run kv\/context: a parameter must be one of model, context, memory, .*, got "share"$/],
  ] as const)("is refused by name where it is wrong: %j", async (setting, message) => {
    await expect(context.run(setting as never)).rejects.toThrow(message);
  });

  test("weighs the weights in the bits that were chosen", async () => {
    const bytes = async (weights: string) => (await chosen({weights}))[0].weightBytes;
    const fp16 = await bytes("fp16");
    expect(await bytes("fp8")).toBe(fp16 / 2);
    expect(await bytes("int4, groups of 32")).toBe((fp16 * 4.5) / 16);
    expect(await bytes("none")).toBe(0);
  });
});
