/** Counts by doing: a tiny forward pass in plain loops that counts what it multiplies, against the formulas. */
import {describe, expect, test} from "vitest";
import {balanceBatch, balanceContext, bandwidthBound, ridge} from "../../src/lib/accel/closed-forms.js";
import {type FormatChoice, type Formats, FP16} from "../../src/lib/accel/machine.js";
import {machineById} from "../../src/lib/accel/machines.js";
import type {LayerGroup, Mixer, Model} from "../../src/lib/accel/model.js";
import {modelById} from "../../src/lib/accel/models.js";
import {totalCounts} from "../../src/lib/accel/operator.js";
import {pricesOf, stepSeconds} from "../../src/lib/accel/roofline.js";
import {buildOperators} from "../../src/lib/accel/workload/build.js";
import {decode, type Step} from "../../src/lib/accel/workload/step.js";

/** What a pass did: multiply-accumulates, weights it touched, keys and values it read and wrote. */
class Counter {
  macs = 0;
  readonly weights = new Set<string>();
  readonly cacheRead = new Set<string>();
  cacheWritten = 0;

  /** One vector through one matrix. */
  matvec(name: string, inputs: number, outputs: number): void {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        this.macs++;
        this.weights.add(`${name}/${i}/${o}`);
      }
    }
  }
}

const tiny = (mixer: Mixer, ffn: LayerGroup["ffn"], layers = 2): Model => ({
  id: "tiny",
  title: "tiny",
  source: "test",
  verified: true,
  hidden: 6,
  vocab: 11,
  tied: false,
  groups: [{count: layers, mixer, ffn}],
});

function groupedPass(
  count: Counter,
  layer: string,
  heads: number,
  kvHeads: number,
  e: number,
  step: Step,
): void {
  for (let b = 0; b < step.batch; b++) {
    for (let t = 0; t < step.tokens; t++) {
      count.matvec(`${layer}q`, 6, heads * e);
      count.matvec(`${layer}k`, 6, kvHeads * e);
      count.matvec(`${layer}v`, 6, kvHeads * e);
      count.cacheWritten += 2 * kvHeads * e;
      for (let h = 0; h < heads; h++) {
        const group = Math.floor(h / (heads / kvHeads));
        for (let key = 0; key <= step.cached + t; key++) {
          count.macs += 2 * e;
          for (let x = 0; x < 2 * e; x++) count.cacheRead.add(`${layer}${b}/${key}/${group}/${x}`);
        }
      }
      count.matvec(`${layer}o`, heads * e, 6);
    }
  }
}

function densePass(count: Counter, layer: string, width: number, gated: boolean, step: Step): void {
  for (let t = 0; t < step.batch * step.tokens; t++) {
    if (gated) count.matvec(`${layer}gate`, 6, width);
    count.matvec(`${layer}up`, 6, width);
    count.matvec(`${layer}down`, width, 6);
  }
}

const STEPS: Step[] = [
  {batch: 1, tokens: 1, cached: 0},
  {batch: 1, tokens: 5, cached: 0},
  {batch: 2, tokens: 1, cached: 7},
  {batch: 3, tokens: 4, cached: 2},
];

const productsOnly = (model: Model, step: Step) =>
  totalCounts(buildOperators(model, step).filter((op) => op.kind === "linear" || op.kind === "head"));
const attentionOnly = (model: Model, step: Step) =>
  totalCounts(buildOperators(model, {...step, fused: false}).filter((op) => op.kind === "attention"));

describe("a pass in plain loops", () => {
  for (const [heads, kvHeads] of [
    [4, 4],
    [4, 2],
    [3, 1],
    [1, 1],
  ] as const) {
    for (const gated of [true, false]) {
      test(`with ${heads} heads on ${kvHeads}, ${gated ? "gated" : "plain"} network, does and touches what is counted`, () => {
        const model = tiny({kind: "gqa", heads, kvHeads, headDim: 4}, {kind: "dense", width: 9, gated});
        for (const step of STEPS) {
          const count = new Counter();
          const attended = new Counter();
          for (const layer of ["0.", "1."]) {
            groupedPass(count, layer, heads, kvHeads, 4, step);
            densePass(count, layer, 9, gated, step);
          }
          for (let b = 0; b < step.batch; b++) count.matvec("head", 6, 11);
          const pairs =
            step.batch * heads * 2 * (step.tokens * step.cached + (step.tokens * (step.tokens + 1)) / 2);
          attended.macs = pairs * 2 * 4;
          const linear = productsOnly(model, step);
          const attention = attentionOnly(model, step);
          expect(linear.flops / 2 + attention.flops / 2).toBe(count.macs);
          expect(attention.flops / 2).toBe(attended.macs);
          expect(linear.weights).toBe(count.weights.size);
          expect(linear.kvWrite).toBe(count.cacheWritten);
          expect(attention.kvRead).toBe(count.cacheRead.size);
        }
      });
    }
  }

  test("of a mixture touches, averaged over random choices, the weights that are expected", () => {
    const [experts, active, width] = [5, 2, 3];
    const model = tiny(
      {kind: "gqa", heads: 1, kvHeads: 1, headDim: 2},
      {kind: "moe", experts, active, shared: 1, width},
      1,
    );
    const step: Step = {batch: 3, tokens: 1, cached: 0};
    let state = 7;
    const pick = (n: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    let touched = 0;
    const runs = 4000;
    for (let run = 0; run < runs; run++) {
      const chosen = new Set<number>();
      for (let t = 0; t < 3; t++) {
        const left = Array.from({length: experts}, (_, i) => i);
        for (let k = 0; k < active; k++) chosen.add(left.splice(pick(left.length), 1)[0]);
      }
      touched += chosen.size * 3 * 6 * width;
    }
    const routed = buildOperators(model, step).filter(
      ({name, kind}) => kind === "linear" && name.startsWith("experts_"),
    );
    expect(totalCounts(routed).weights / (touched / runs)).toBeCloseTo(1, 2);
    expect(totalCounts(routed).flops).toBe(2 * 3 * active * 3 * 6 * width);
  });

  test("on latents does what absorbing costs, head by head", () => {
    const mla = {kind: "mla", heads: 3, qRank: null, kvRank: 5, ropeDim: 2, nopeDim: 4, valueDim: 3} as const;
    const model = tiny(mla, null, 1);
    const [cached, B] = [6, 2];
    const operators = buildOperators(model, {batch: B, tokens: 1, cached, fused: false});
    const flops = (name: string) => operators.find((op) => op.name === name)!.flops;
    let [absorb, scores, values, back] = [0, 0, 0, 0];
    for (let b = 0; b < B; b++) {
      for (let h = 0; h < 3; h++) {
        absorb += 4 * 5;
        for (let key = 0; key <= cached; key++) {
          scores += 5 + 2;
          values += 5;
        }
        back += 5 * 3;
      }
    }
    expect([flops("absorb_q"), flops("qk"), flops("pv"), flops("unabsorb_v")]).toEqual(
      [absorb, scores, values, back].map((macs) => 2 * macs),
    );
  });
});

describe("closed forms", () => {
  const half: Formats = {weights: FP16, activations: FP16, kv: FP16};
  const int4: FormatChoice = {id: "int4", bitsPerElement: 4};

  test("decode turns compute-bound at 153 sequences on an A100 and 295 on an H100, a quarter with 4-bit weights", () => {
    expect(balanceBatch(machineById("a100-80gb"), half)).toBeCloseTo(153, 0);
    expect(balanceBatch(machineById("h100-sxm"), half)).toBeCloseTo(295.4, 1);
    expect(balanceBatch(machineById("a100-80gb"), {...half, weights: int4})).toBeCloseTo(38.25, 1);
    expect(balanceBatch(machineById("h100-sxm"), {...half, weights: int4})).toBeCloseTo(73.8, 1);
    expect(ridge(machineById("raspberry-pi-5"), {...half, weights: FP16})).toBeCloseTo(18, 0);
  });

  test("at the balanced context cache and weights weigh the same", () => {
    const model = modelById("llama-3.1-8b");
    const context = balanceContext(model, half, 4);
    expect(4 * context * 65_536 * 2).toBeCloseTo(2 * 8_030_261_248, 0);
    expect(balanceContext(modelById("mamba-2.8b"), half)).toBe(Number.POSITIVE_INFINITY);
  });

  test("the roofline of one sequence approaches the bandwidth's bound", () => {
    const model = modelById("llama-2-13b");
    const machine = machineById("rtx-3090");
    const modelled = 1 / stepSeconds(buildOperators(model, decode(1, 2000)), pricesOf(machine, half));
    // The bound reads the whole input embedding, of which a step needs one row.
    expect(modelled / bandwidthBound(model, machine, half, 2000)).toBeGreaterThan(0.99);
    expect(modelled / bandwidthBound(model, machine, half, 2000)).toBeLessThan(1.02);
  });
});
