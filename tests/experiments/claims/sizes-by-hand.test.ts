import {describe, expect, test} from "vitest";
import {kineticsClaims} from "../../../src/lib/experiments/claims/accelerators/kinetics.js";
import {acceleratorClaims, hardwareClaims} from "../../../src/lib/experiments/claims/accelerators.js";
import type {Evidence} from "../../../src/lib/experiments/claims/claim.js";
import {CACHE_CLAIMS} from "../../../src/lib/experiments/claims/kv-caches.js";
import {formatClaims} from "../../../src/lib/experiments/claims/number-formats.js";
import {quamba2Size} from "../../../src/lib/experiments/claims/state-space/sizes.js";
import {SELECTION_CLAIMS} from "../../../src/lib/experiments/claims/token-selection.js";

/** Tokens at which xKV's authors count, and every size of the ledger. */
const TOKENS = 65_536;

const cacheClaims = Object.values(CACHE_CLAIMS).flat();
const cacheClaim = (id: string) => cacheClaims.find((claim) => claim.id === id)!;
/** What a claim finds where no model has been read: its sizes alone. */
const sizesOf = (id: string) => cacheClaim(id).ours([]);
const value = (evidence: readonly Evidence[], quantity: string, subject?: string): number => {
  const found = evidence.filter(
    (each) => each.quantity === quantity && (subject === undefined || each.subject === subject),
  );
  expect(found, quantity).toHaveLength(1);
  return found[0].value!;
};

describe("sizes of caches, by hand", () => {
  test.each([
    [320, 480],
    [256, 384],
    [160, 240],
    [128, 192],
    [96, 144],
  ])("xKV with %i and %i components for each layer of Llama-3.1-8B", (k, v) => {
    // 32 layers, keys and values of 8 heads of 128.
    const plain = 32 * 2 * 1024 * TOKENS;
    const alone = 32 * (k + v) * (TOKENS + 1024);
    const four = 8 * 4 * (k + v) * (TOKENS + 4 * 1024);
    const evidence = sizesOf("xkv-ratios");
    expect(value(evidence, `single layers, ${k} and ${v} components`)).toBeCloseTo(plain / alone, 10);
    expect(value(evidence, `xKV-4, ${k} and ${v} for each layer`)).toBeCloseTo(plain / four, 10);
  });

  test.each([1024, 768, 640, 512, 384])("xKV over the latents of DeepSeek-Coder-V2-Lite, rank %i", (rank) => {
    const evidence = sizesOf("xkv-latents");
    const ratio = (512 + 64) / ((rank / 4) * (1 + (4 * 512) / TOKENS) + 64);
    expect(value(evidence, `xKV-4 over latents, rank ${rank}`)).toBeCloseTo(ratio, 10);
    // Six groups of four layers and one of three, whose basis is as wide.
    const numbers = 6 * rank * (TOKENS + 4 * 512) + rank * (TOKENS + 3 * 512) + 27 * TOKENS * 64;
    const short = value(evidence, `with the short last group, rank ${rank}`);
    expect(short).toBeCloseTo((27 * 576 * TOKENS) / numbers, 10);
    expect(short).toBeLessThan(ratio);
  });

  test("xKV over MiniCache: the smallest printed xKV-4 against the deep half merged", () => {
    const rows = TOKENS * 8;
    const kept = Math.ceil(rows / 20);
    const pair = 2 * 128 * (rows - kept) + 4 * (rows - kept) + 2 * 2 * 128 * kept + rows / 8;
    const merged = 2 * (8 * pair + 16 * rows * 128 * 2);
    const xkv = 2 * 8 * 4 * 240 * (TOKENS + 4 * 1024);
    expect(
      value(sizesOf("xkv-over-minicache"), "xKV-4 at 8.03 times over MiniCache on the deep half"),
    ).toBeCloseTo(merged / xkv, 9);
  });

  test("MiniCache of Llama-2-7B in 16, 4 and 5 bits, a bit a row and two lengths aside", () => {
    const rows = TOKENS * 32;
    const kept = Math.ceil(rows * 0.05);
    const plain = 32 * 2 * 4096 * TOKENS * 2;
    const merged = (bits: number) => {
      const pair =
        ((rows - kept) * 128 * bits) / 8 + (rows - kept) * 4 + (2 * kept * 128 * bits) / 8 + rows / 8;
      return 2 * (8 * pair + (16 * rows * 128 * bits) / 8);
    };
    const evidence = sizesOf("minicache-size");
    for (const [quantity, bits] of [
      ["deep half merged, 5 % of the rows kept", 16],
      ["the same in four bits without scales", 4],
      ["the same with scales", 5],
    ] as const) {
      expect(value(evidence, quantity)).toBeCloseTo(plain / merged(bits), 9);
    }
    // Half of the layers merged halve no more than a quarter of the cache away.
    expect(value(evidence, "deep half merged, 5 % of the rows kept")).toBeLessThan(4 / 3);
  });

  test("MLA of DeepSeek-V2 beside DeepSeek 67B, 60 latents of 576 against 95 layers of 1024", () => {
    const saved = (bits: number) => 100 * (1 - (60 * 576 * bits) / (95 * 2 * 1024 * 16));
    const evidence = sizesOf("mla-size");
    expect(value(evidence, "smaller, both in 16 bits")).toBeCloseTo(saved(16), 10);
    expect(value(evidence, "smaller, its own in 6 bits")).toBeCloseTo(saved(6), 10);
    expect(saved(6).toFixed(1)).toBe("93.3");
    // Sums in another order, on numbers of about one.
    expect(value(evidence, "largest difference of absorbed and explicit attention, relative")).toBeLessThan(
      1e-12,
    );
  });

  test("KIVI of Llama-2-7B: 2 bits and 32 more for each 32 numbers, the newest values whole", () => {
    // 65,536 is a multiple of 128: no key waits, and 128 values are whole.
    const width = 4096;
    const keys = (TOKENS * width * 3) / 8;
    const values = ((TOKENS - 128) * width * 3) / 8 + 2 * 128 * width;
    const plain = 2 * TOKENS * width * 2;
    for (const id of ["kivi-size", "kivi-batch", "kivi-throughput"]) {
      const bound = value(sizesOf(id), "bound: cache smaller, newest 128 tokens whole");
      expect(bound, id).toBeCloseTo(plain / (keys + values), 9);
    }
    expect(value(sizesOf("kivi-size"), "packed, codes with scale and minimum")).toBe(3);
  });

  test("CSKV of 4000 features: a fifth of them, all but 32 tokens", () => {
    const saved = (bits: number) => {
      const whole = 32 * 2 * 4000 * 2;
      const features = ((TOKENS - 32) * 2 * 800 * bits) / 8;
      return 100 * (1 - (whole + features) / (TOKENS * 2 * 4000 * 2));
    };
    const evidence = sizesOf("cskv");
    expect(value(evidence, "smaller")).toBeCloseTo(saved(16), 10);
    expect(value(evidence, "smaller in four bits, scales not counted")).toBeCloseTo(saved(4), 10);
    expect(value(evidence, "smaller in four bits, scales counted")).toBeCloseTo(saved(5), 10);
    expect(Math.round(saved(16))).toBe(80);
    expect(Math.round(saved(4))).toBe(95);
  });

  test("K-sort's blocks: eight mantissas of seven bits and a shared exponent of eight are half", () => {
    expect(value(sizesOf("ksort-bfp"), "less memory than 16 bits")).toBe((8 * 16) / (8 * 7 + 8));
  });

  test("TurboQuant's 2.5 bits are 2.25 and two norms of 16 bits in heads of 128", () => {
    const evidence = sizesOf("turboquant-width");
    expect(value(evidence, "as the sum is printed")).toBe(2.25);
    expect(value(evidence, "with two norms of 16 bits", "heads of 128")).toBe(2.25 + (2 * 16) / 128);
    expect(value(evidence, "with two norms of 16 bits", "heads of 16, as ours")).toBe(2.25 + (2 * 16) / 16);
  });

  test("TurboQuant's squared error lies between the bound of any quantizer and 2.7 times it", () => {
    const times = [1, 2, 3, 4].map((bits) =>
      value(sizesOf("turboquant-distortion"), `squared error over 4^-b, b = ${bits}`),
    );
    times.forEach((factor, i) => {
      expect(factor).toBeGreaterThan(1);
      expect(factor).toBeLessThan(2.72);
      if (i > 0) expect(factor).toBeGreaterThan(times[i - 1]);
    });
    // Panter and Dite's limit for a Gaussian, sqrt(3) π / 2, is where the factor goes.
    expect(times[3]).toBeLessThan((Math.sqrt(3) * Math.PI) / 2);
    // One bit of a Gaussian loses 1 - 2/π of its square.
    expect(times[0]).toBeCloseTo(4 * (1 - 2 / Math.PI), 1);
  });
});

test("parameters of released predictors, by the formula of their shapes", () => {
  const claim = SELECTION_CLAIMS["arXiv:2503.07518"].find(({id}) => id === "tokenbutler-overhead")!;
  // E, H, N, D' and I; parameters that the authors' file lists, and those of the model.
  for (const [model, [E, H, N, D, I], listed, parameters] of [
    ["Llama-3.2-1B", [2048, 32, 16, 16, 512], 12_393_472, 1_235_814_400],
    ["Llama-3.1-8B", [4096, 32, 32, 32, 1024], 83_113_984, 8_030_261_248],
    ["Llama-2-7B", [4096, 32, 32, 32, 1024], 83_113_984, 6_738_415_616],
  ] as const) {
    const share = value(claim.ours([]), "predictor's share, counted", model);
    expect(share, model).toBeCloseTo((100 * listed) / (parameters + listed), 6);
    // The maps to queries and keys alone are nearly all of it.
    const maps = 2 * (E * I + I * N * H * D);
    expect(maps / listed).toBeGreaterThan(0.7);
    expect(maps).toBeLessThan(listed);
  }
});

describe("sizes of state-space models, by hand", () => {
  const evidence = quamba2Size.ours(undefined);
  const MIB = 2 ** 20 * 1000;
  /** Weights of Mamba: projections in and out, those of a step, the convolution, and what each channel has. */
  function mambaNumbers(E: number, I: number, N: number, R: number, layers: number, vocab: number) {
    const projections = E * 2 * I + I * (R + 2 * N) + R * I + I * E;
    return layers * projections + vocab * E;
  }
  /** Of Mamba-2: one projection in for gate, values, keys, queries and steps, and one out. */
  function mamba2Numbers(E: number, I: number, N: number, G: number, H: number, layers: number) {
    return layers * (E * (2 * I + 2 * G * N + H) + I * E);
  }

  test("in 16 bits are two bytes for each weight to a thousandth part", () => {
    for (const [model, numbers] of [
      ["Mamba 2.8B", mambaNumbers(2560, 5120, 16, 160, 64, 50_280)],
      ["Mamba2 2.7B", mamba2Numbers(2560, 5120, 128, 1, 80, 64) + 50_288 * 2560],
      ["Mamba2 8B", mamba2Numbers(4096, 8192, 128, 8, 128, 56) + 2 * 256_000 * 4096],
    ] as const) {
      const size = value(evidence, "size in FP16, from its shapes", model);
      expect(Math.abs((size * MIB) / (2 * numbers) - 1), model).toBeLessThan(5e-3);
      expect((size * MIB) / (2 * numbers), model).toBeGreaterThan(1);
    }
  });

  test("shrink with the bits of their weights, and by less than the bits", () => {
    for (const model of ["Mamba 2.8B", "Mamba2 2.7B", "Mamba2 8B"]) {
      const [full, eight, four] = ["FP16", "W8A8", "W4A8"].map((name) =>
        value(evidence, `size in ${name}, from its shapes`, model),
      );
      expect(full / eight, model).toBeGreaterThan(1.8);
      expect(full / eight, model).toBeLessThan(2);
      expect(full / four, model).toBeGreaterThan(3.4);
      expect(full / four, model).toBeLessThan(4);
    }
    const four = value(evidence, "memory saved by weights in W4A8", "Mamba2 8B");
    expect(four).toBeCloseTo(
      value(evidence, "size in FP16, from its shapes", "Mamba2 8B") /
        value(evidence, "size in W4A8, from its shapes", "Mamba2 8B"),
      12,
    );
  });
});

describe("costs by hand", () => {
  test("of Kinetics: attention over parameters at its price of a byte", () => {
    const claim = kineticsClaims.find(({id}) => id === "kinetics-attention")!;
    const shares = claim.ours();
    expect(shares).toHaveLength(3);
    // Attention of the 8B model: 32 layers, 32 heads and 8 key heads of 128, 16,384 tokens after 1,024.
    const pairs = 16_384 * 1024 + 16_384 ** 2 / 2;
    const compute = 4 * 32 * 32 * 128 * pairs;
    const memory = 1125 * 2 * 32 * 8 * 128 * pairs;
    // Products with weights: the embedding is looked up.
    const parameters = 2 * (8_030_261_248 - 128_256 * 4096) * 16_384;
    const found = shares.find(({subject}) => subject.startsWith("llama-3.1-8b"))!.value!;
    expect(found / ((compute + memory) / parameters)).toBeCloseTo(1, 9);
    // A smaller model pays more for attention beside its parameters.
    const byModel = shares.map(({value}) => value!);
    expect(byModel[0]).toBeGreaterThan(byModel[1]);
    expect(byModel[1]).toBeGreaterThan(byModel[2]);
  });

  test("of a deal of tiles: one piece a head leaves most units idle", () => {
    const claim = hardwareClaims.find(({id}) => id === "lean-attention")!;
    for (const [heads, subject] of [
      [8, "one sequence of 524288 tokens, 8 heads, 108 units"],
      [32, "one sequence of 524288 tokens, 32 heads, 108 units"],
    ] as const) {
      const tiles = 524_288 / 256;
      const busiest = Math.ceil((heads * tiles) / 108);
      const bound = claim.ours().find((each) => each.subject === subject)!.value!;
      expect(bound).toBeCloseTo(tiles / busiest, 9);
    }
  });

  test("of a half sparse layer: half the weights in 16 bits and a bit for every place", () => {
    const claim = hardwareClaims.find(({id}) => id === "sparamx-linear")!;
    expect(claim.ours()[0].value).toBeCloseTo(16 / (0.5 * 16 + 1), 12);
  });

  test("of an expensive claim are not run twice: a ledger asks each once", async () => {
    const papers = [...new Set(kineticsClaims.map(({paper}) => paper))];
    const rows = await acceleratorClaims.run({papers});
    expect(rows.map(({claim}) => claim)).toEqual(
      kineticsClaims.flatMap(({id, reported, ours}) =>
        Array<string>(reported.length + ours().length).fill(id),
      ),
    );
  });
});

test("a size of 4.5 bits is said of RaZeR, and four bits with a byte for 16 are that", () => {
  const claim = formatClaims.find(({reported}) => reported.some(({unit}) => unit === "bits per element"))!;
  expect(claim.reported[0].value).toBe(4 + 8 / 16);
});
