import {expect} from "vitest";
import type {hsa} from "../../../src/lib/experiments/accel/hsa.js";
import type {logicBlocks} from "../../../src/lib/experiments/accel/logic-blocks.js";
import type {claimColumns} from "../../../src/lib/experiments/claims/claim.js";
import type {alignment} from "../../../src/lib/experiments/kv/alignment.js";
import {distinct} from "../../pages/findings/finding.js";
import {keptRows} from "../../pages/kept.js";

/** A reason of a claim that states a result, as it stands there, and what the kept rows must show for it. */
export interface Reason {
  readonly claim: string;
  readonly says: string;
  /** Throws unless the kept rows show what the reason says. */
  holds(): void;
}

const ledger = (name: string) => keptRows<{columns: typeof claimColumns}>(`claims/${name}`);
const rows = [
  ...[
    "number-formats",
    "working-model",
    "kv-caches",
    "token-selection",
    "state-space",
    "diffusion",
    "accelerators",
    "arithmetic",
  ].flatMap(ledger),
];
/** Rows of ours for a claim whose quantity begins with these words, in the ledger's order. */
const of = (claim: string, quantity: string, subject?: string) => {
  const found = rows.filter(
    (row) =>
      row.claim === claim &&
      row.provenance !== "reported" &&
      row.quantity.startsWith(quantity) &&
      (subject === undefined || row.subject === subject),
  );
  expect(found.length, `${claim}: ${quantity}`).toBeGreaterThan(0);
  return found;
};
const value = (claim: string, quantity: string, subject?: string): number =>
  of(claim, quantity, subject)[0].value ?? Number.NaN;
const printed = (claim: string): number[] =>
  rows.flatMap((row) =>
    row.claim === claim && row.provenance === "reported" && row.value !== null ? [row.value] : [],
  );

const SMALL = "decoder-small";
const TWIN = "decoder-small-outliers";
const LARGE = "decoder-large";

/** Reasons of all ledgers that state a result. */
export const REASONS: readonly Reason[] = [
  {
    claim: "kivi-axis",
    says: "per channel its loss is that of the other to many digits, per token it is destroyed",
    holds() {
      const lost = (model: string) => value("kivi-quality", "perplexity lost, KIVI in 2 bits, no", model);
      expect(lost(TWIN) / lost(SMALL)).toBeCloseTo(1, 4);
      expect(of("kivi-axis", "perplexity of keys", TWIN)[0].low).toBeGreaterThan(100);
    },
  },
  {
    claim: "kivi-quality",
    says: "read token by token, so that new tokens age into the codes",
    holds() {
      expect(value("kivi-quality", "perplexity lost, KIVI in 2 bits after", SMALL)).toBeLessThan(
        value("kivi-quality", "perplexity lost, KIVI in 2 bits, no token whole", SMALL),
      );
    },
  },
  {
    claim: "kivi-batch",
    says: "four is within the bound",
    holds: () => expect(value("kivi-batch", "bound")).toBeGreaterThan(4),
  },
  {
    claim: "kivi-throughput",
    says: "3.47 is within the bound",
    holds: () => expect(value("kivi-throughput", "bound")).toBeGreaterThan(3.47),
  },
  {
    claim: "minicache-size",
    says: "Neighbouring layers of ours have keys at nearly right angles",
    holds() {
      const near = keptRows<typeof alignment>("kv/alignment").filter(
        ({side, layer, other}) => side === "keys" && other === layer + 1,
      );
      for (const {cosine} of near) expect(Math.abs(cosine)).toBeLessThan(0.2);
    },
  },
  {
    claim: "minicache-rule",
    says: "the rule of the paper loses less on the small decoder; on the large one the two do not part",
    holds() {
      const all = "perplexity of the released rule above the paper's, all layers";
      expect(of("minicache-rule", all, SMALL)[0].low).toBeGreaterThan(0);
      const [{low, high}] = of("minicache-rule", all, LARGE);
      expect([low! < 0, high! > 0]).toEqual([true, true]);
    },
  },
  {
    claim: "minicache-rule",
    says: "the collapse that xKV reports of MiniCache, which both share here",
    holds() {
      for (const {low} of of("minicache-size", "perplexity lost, MiniCache, all layers")) {
        expect(low).toBeGreaterThan(50);
      }
    },
  },
  {
    claim: "turboquant-distortion",
    says: "The factor grows with the bits towards 2.72",
    holds() {
      const factors = of("turboquant-distortion", "squared error over").map((row) => row.value!);
      expect(factors).toEqual(factors.toSorted((a, b) => a - b));
      expect(Math.max(...factors)).toBeLessThan(2.72);
    },
  },
  {
    claim: "xkv-latents",
    says: "so a little less is saved",
    holds() {
      const full = of("xkv-latents", "xKV-4 over latents").map((row) => row.value!);
      const short = of("xkv-latents", "with the short last group").map((row) => row.value!);
      expect(short).toHaveLength(full.length);
      for (const [i, ratio] of short.entries()) {
        expect(ratio).toBeLessThan(full[i]);
        expect(ratio).toBeGreaterThan(0.95 * full[i]);
      }
    },
  },
  {
    claim: "mla-size",
    says: "latents alone save less",
    holds: () => expect(value("mla-size", "smaller, both in 16 bits")).toBeLessThan(93.3),
  },
  {
    claim: "tokenbutler-overhead",
    says: "Llama-2-7B's is 1.218 %",
    holds: () =>
      expect(value("tokenbutler-overhead", "predictor's share, counted", "Llama-2-7B")).toBeCloseTo(1.218, 3),
  },
  {
    claim: "tokenbutler-overhead",
    says: "on models as small as ours the share is far higher",
    holds() {
      for (const model of [SMALL, LARGE]) {
        expect(of("tokenbutler-overhead", "predictor's share", model)[0].value).toBeGreaterThan(4);
      }
    },
  },
  {
    claim: "tokenbutler-overhead",
    says: "next to grouped keys and values it is not small",
    holds() {
      for (const row of of("tokenbutler-overhead", "values cached for a token")) {
        expect(row.value).toBeGreaterThan(25);
      }
    },
  },
  {
    claim: "tokenbutler-perplexity-as-run",
    says: "so rules that lose them lose far more than on WikiText-2",
    holds() {
      // Mistral and the others: the largest printed gap but for Quest's is 35 %.
      for (const rival of ["H2O as run", "SnapKV as run", "StreamingLLM"]) {
        for (const row of of("tokenbutler-perplexity-as-run", `above TokenButler, ${rival}`)) {
          expect(row.value, `${rival}, ${row.subject}`).toBeGreaterThan(35);
        }
      }
    },
  },
  {
    claim: "tokenbutler-perplexity-as-published",
    says: "By their own rules the rivals are closer, Quest most of all",
    holds() {
      for (const model of [SMALL, LARGE]) {
        const gap = (claim: string, rival: string) => value(claim, `above TokenButler, ${rival}`, model);
        const own = (rival: string) => gap("tokenbutler-perplexity-as-published", rival);
        for (const rival of ["H2O", "SnapKV", "Quest"]) {
          expect(own(rival)).toBeLessThan(gap("tokenbutler-perplexity-as-run", `${rival} as run`));
          expect(own("Quest")).toBeLessThanOrEqual(own(rival));
        }
      }
    },
  },
  {
    claim: "tokenbutler-coreference",
    says: "do not solve it even with all of their keys and do not count",
    holds() {
      for (const model of [SMALL, LARGE]) {
        expect(value("tokenbutler-coreference", "tokens of names right, full model", model)).toBeLessThan(50);
      }
    },
  },
  {
    claim: "streamingllm-sinks",
    says: "without the first four perplexity rises by a tenth or so, where it must double to count as broken",
    holds() {
      for (const row of of("streamingllm-sinks", "above a window with the first keys")) {
        expect(row.value).toBeGreaterThan(5);
        expect(row.value).toBeLessThan(15);
        expect(row.high).toBeLessThan(100);
      }
    },
  },
  {
    claim: "h2o-loss",
    says: "and evicted keys cannot be read again",
    holds() {
      for (const row of of("h2o-loss", "change of answers")) expect(row.high).toBeLessThan(-40);
    },
  },
  {
    claim: "snapkv-loss",
    says: "keys that only a later question needs have no votes",
    holds() {
      for (const model of [SMALL, LARGE]) {
        const change = (where: string) =>
          value("snapkv-loss", `change of answers right, 1/8 of the prompt's keys, ${where}`, model);
        expect(change("questions after the window")).toBeLessThan(change("question inside the window") - 15);
      }
    },
  },
  {
    claim: "hsa-accuracy",
    says: "which a block of 32 integers under one exponent bears badly",
    holds() {
      const times = (format: string) =>
        value("hsa-accuracy", `perplexity lost, ${format}`, TWIN) /
        value("hsa-accuracy", `perplexity lost, ${format}`, SMALL);
      for (const other of ["MXFP4", "NVFP4", "4over6", "RaZeR"]) {
        expect(times("MXINT4"), other).toBeGreaterThan(times(other));
      }
    },
  },
  {
    claim: "hsa-utilization",
    says: "about a hundred elements; a larger one waits for weights, and the memory is what is used in full",
    holds() {
      for (const {balanced, setting} of keptRows<typeof hsa>("accel/hsa")) {
        if (setting === 0) expect(balanced).toBeCloseTo(100, -1);
      }
      const [fed, ...waiting] = of("hsa-utilization", "elements that work").map((row) => row.value!);
      expect(fed).toBeGreaterThan(99);
      for (const share of waiting) expect(share).toBeLessThan(50);
      for (const row of of("hsa-utilization", "memory that works")) expect(row.value).toBeGreaterThan(99);
    },
  },
  {
    claim: "sst-speed",
    says: "uniform 1:4 on a base-size transformer comes close",
    holds: () =>
      expect(Math.max(...of("sst-speed", "speed-up").map((row) => row.value!))).toBeGreaterThan(0.9 * 3.52),
  },
  {
    claim: "double-duty-area",
    says: "general circuits save less the fewer adders they have, as in the paper",
    holds() {
      const [layers, general, control] = of("double-duty-area", "area saved")
        .filter(({provenance}) => provenance === "modelled")
        .map((row) => row.value!);
      expect(layers).toBeGreaterThan(general);
      expect(general).toBeGreaterThan(control);
      const sets = keptRows<typeof logicBlocks>("accel/logic-blocks").filter(
        ({kind, setting}) => kind === "set" && setting === 0,
      );
      expect(sets.map(({adderShare}) => adderShare!)).toEqual(
        sets.map(({adderShare}) => adderShare!).toSorted((a, b) => b - a),
      );
    },
  },
  {
    claim: "double-duty-area-delay",
    says: "The product follows the area, of which our layers save more",
    holds() {
      const [best] = of("double-duty-area-delay", "area times delay saved")
        .filter(({provenance}) => provenance === "modelled")
        .map((row) => row.value!);
      expect(best).toBeGreaterThan(9.7);
    },
  },
  {
    claim: "elsa-savings",
    says: "2.9 lies between all linears at 2:4 and all at 1:4",
    holds() {
      for (const subject of distinct(of("elsa-savings", "dense work"), (row) => row.subject)) {
        const ratio = value("elsa-savings", "dense work", subject);
        expect(subject.endsWith("1:4") ? ratio > 2.9 : ratio < 2.9, subject).toBe(true);
      }
    },
  },
  {
    claim: "lean-attention",
    says: "8.33 is within reach",
    holds: () =>
      expect(Math.max(...of("lean-attention", "bound").map((row) => row.value!))).toBeGreaterThan(8.33),
  },
  {
    claim: "attention-io",
    says: "each wins on its side",
    holds() {
      for (const row of of("attention-io", "fused over tiled")) {
        expect(row.value! < 1, row.quantity).toBe(row.quantity.includes("four times"));
      }
    },
  },
  {
    claim: "t-mac-bandwidth",
    says: "The board's best reaches about seven tenths of it",
    holds() {
      const speeds = rows.filter(
        ({claim, provenance, subject}) =>
          claim === "t-mac-bandwidth" && provenance === "reported" && subject.startsWith("raspberry-pi-5, 4"),
      );
      const best = Math.max(...speeds.map((row) => row.value!));
      expect(best / value("t-mac-bandwidth", "bound", "raspberry-pi-5, 4 bits")).toBeCloseTo(0.7, 1);
    },
  },
  {
    claim: "mixpe-speed",
    says: "The factor lies between those over elements of 8 bits and over dequantizing first",
    holds() {
      expect(value("mixpe-speed", "times as fast over elements of 8 bits")).toBeLessThan(2.6);
      expect(value("mixpe-speed", "times as fast over dequantizing")).toBeGreaterThan(2.6);
    },
  },
  {
    claim: "mixpe-energy",
    says: "Even elements of 8 bits take more than 1.4 times the energy",
    holds() {
      expect(value("mixpe-energy", "times less energy over elements of 8 bits")).toBeGreaterThan(1.4);
    },
  },
  {
    claim: "quamba2-size",
    says: "All agree to within 5 %",
    holds() {
      const ours = of("quamba2-size", "").map((row) => row.value!);
      const theirs = printed("quamba2-size");
      expect(ours).toHaveLength(theirs.length);
      for (const [i, size] of ours.entries()) expect(Math.abs(size / theirs[i] - 1)).toBeLessThan(0.05);
    },
  },
];
