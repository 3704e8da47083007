import {describe, expect, test} from "vitest";
import {
  checkEnergy,
  energyPrices,
  MAC_ENERGY,
  operatorEnergy,
  stepEnergy,
  totalEnergy,
} from "../../src/lib/accel/energy.js";
import {explainOperator, substituted} from "../../src/lib/accel/explain.js";
import {
  computeFormat,
  type FormatChoice,
  type Formats,
  FP16,
  type Machine,
} from "../../src/lib/accel/machine.js";
import {MACHINES, machineById} from "../../src/lib/accel/machines.js";
import {MODELS, modelById} from "../../src/lib/accel/models.js";
import {
  EFFICIENCIES,
  operatorSeconds,
  pricesOf,
  type RooflineOptions,
  roofline,
  sparseBits,
  stepSeconds,
} from "../../src/lib/accel/roofline.js";
import {buildOperators} from "../../src/lib/accel/workload/build.js";
import {decode, prefill, type Step} from "../../src/lib/accel/workload/step.js";
import {evaluate} from "./formula.js";

const INT8: FormatChoice = {id: "int8", bitsPerElement: 8.125};
const INT4: FormatChoice = {id: "int4", bitsPerElement: 4.125};
const MXFP4: FormatChoice = {id: "mxfp4", bitsPerElement: 4.25};
const MXFP8: FormatChoice = {id: "mxfp8_e4m3", bitsPerElement: 8.25};
const HALF: Formats = {weights: FP16, activations: FP16, kv: FP16};

const llama = modelById("llama-3.1-8b");
const a100 = machineById("a100-80gb");
const seconds = (step: Step, machine = a100, formats = HALF, options: RooflineOptions = {}, model = llama) =>
  stepSeconds(buildOperators(model, step), pricesOf(machine, formats, options));

describe("the format a machine computes in", () => {
  const h100 = machineById("h100-sxm");
  const cases: [Machine, FormatChoice, FormatChoice, string][] = [
    [a100, INT4, FP16, "fp16"],
    [a100, INT8, INT8, "int8"],
    [a100, INT4, INT8, "int8"],
    [a100, INT4, INT4, "int4"],
    [h100, INT4, INT4, "int8"],
    [h100, MXFP8, MXFP8, "fp8"],
    [h100, MXFP4, MXFP8, "fp8"],
    [a100, MXFP8, MXFP8, "fp16"],
    [a100, INT8, MXFP8, "fp16"],
    [machineById("raspberry-pi-5"), INT4, INT8, "int8"],
    [a100, {id: "fp32", bitsPerElement: 32}, FP16, "fp32"],
  ];
  for (const [machine, a, b, format] of cases) {
    test(`${machine.id} multiplies ${a.id} x ${b.id} in ${format}`, () => {
      expect(computeFormat(machine, a, b)).toBe(format);
      expect(computeFormat(machine, b, a)).toBe(format);
    });
  }

  test("a machine without a rate wide enough is named in the error", () => {
    const npu = machineById("meteor-lake-npu");
    expect(() => computeFormat(npu, {id: "fp32", bitsPerElement: 32}, FP16)).toThrow(
      "computeFormat: meteor-lake-npu has no rate for fp32 x fp16, only for fp16, int8",
    );
  });

  test("the caller may say what an element is", () => {
    const codebook: FormatChoice = {id: "mine", bitsPerElement: 3.5, elementBits: 8, arithmetic: "int"};
    expect(computeFormat(a100, codebook, INT8)).toBe("int8");
  });
});

describe("the roofline", () => {
  test("ridge points are those of the data sheets", () => {
    const ridge = (id: string) => {
      const operators = buildOperators(llama, decode(1, 1));
      return roofline(operators, pricesOf(machineById(id), HALF)).operators[1].ridge;
    };
    expect(ridge("a100-80gb")).toBeCloseTo(153, 0);
    expect(ridge("h100-sxm")).toBeCloseTo(295, 0);
    expect(ridge("rtx-4090")).toBeCloseTo(164, 0);
  });

  test("bytes, work and time add up over operators", () => {
    for (const [, model] of MODELS) {
      for (const step of [prefill(2, 100), decode(3, 1000)]) {
        const prices = pricesOf(a100, HALF);
        const result = roofline(buildOperators(model, step), prices);
        let [bytes, flops, time] = [0, 0, 0];
        for (const {op, bytes: b, seconds: s} of result.operators) {
          bytes += op.count * b;
          flops += op.count * op.flops;
          time += op.count * s;
        }
        expect(result.bytes).toBeCloseTo(bytes, 0);
        expect(result.flops).toBe(flops);
        expect(result.seconds).toBeCloseTo(time, 15);
      }
    }
  });

  test("decode of one sequence reads the weights and the cache and hardly anything else", () => {
    const {bytes} = roofline(buildOperators(llama, decode(1, 4096)), pricesOf(a100, HALF));
    const weights = 2 * (8_030_261_248 - 128_256 * 4096);
    const cache = 2 * 65_536 * 4097;
    expect(bytes / (weights + cache)).toBeGreaterThan(1);
    expect(bytes / (weights + cache)).toBeLessThan(1.001);
  });

  test("linears turn compute-bound at a batch of about half the ridge times the bytes of a weight", () => {
    const bound = (batch: number) =>
      roofline(buildOperators(llama, decode(batch, 1)), pricesOf(a100, HALF)).operators.find(
        ({op}) => op.name === "gate",
      )!.bound;
    expect(bound(140)).toBe("memory");
    expect(bound(170)).toBe("compute");
  });

  test("an operator that only moves is memory-bound, one that does nothing takes no time", () => {
    const prices = pricesOf(a100, HALF);
    const operators = roofline(buildOperators(llama, decode(1, 1)), prices).operators;
    const embedding = operators.find(({op}) => op.name === "embedding")!;
    expect(embedding.bound).toBe("memory");
    expect(embedding.intensity).toBe(0);
    const nothing = {...embedding.op, weights: 0, actWrite: 0};
    expect(operatorSeconds(nothing, prices)).toBe(0);
  });

  test("time is never shorter with less of anything", () => {
    const worse: [Partial<Machine>, RooflineOptions][] = [
      [{bandwidthGBs: a100.bandwidthGBs / 2}, {}],
      [{peakTops: {...a100.peakTops, fp16: 100}}, {}],
      [{}, {effCompute: 0.5}],
      [{}, {effMemory: 0.5}],
      [{}, {launchOverhead: 1e-6}],
    ];
    for (const [, model] of MODELS) {
      for (const step of [prefill(1, 1), prefill(3, 777), decode(1, 1_000_000), decode(512, 1)]) {
        const best = seconds(step, a100, HALF, {}, model);
        expect(best).toBeGreaterThan(0);
        for (const [less, options] of worse) {
          expect(seconds(step, {...a100, ...less}, HALF, options, model)).toBeGreaterThanOrEqual(best);
        }
      }
    }
  });

  test("fewer bits are never slower on the same arithmetic", () => {
    for (const [, model] of MODELS) {
      for (const step of [prefill(1, 500), decode(1, 5000), decode(64, 5000)]) {
        const base = seconds(step, a100, HALF, {}, model);
        expect(seconds(step, a100, {...HALF, weights: INT4}, {}, model)).toBeLessThanOrEqual(base);
        expect(seconds(step, a100, {...HALF, kv: INT8}, {}, model)).toBeLessThanOrEqual(base);
        expect(seconds(step, a100, HALF, {sparsity: {n: 2, m: 4}}, model)).toBeLessThanOrEqual(base);
      }
    }
  });

  test("sparse weights store what stays and where: 5, 3.33 and 2.5 bits of 8", () => {
    expect(sparseBits(8, {n: 2, m: 4})).toBe(5);
    expect(sparseBits(8, {n: 1, m: 3})).toBeCloseTo(10 / 3, 12);
    expect(sparseBits(8, {n: 1, m: 4})).toBe(2.5);
    expect(sparseBits(8, {n: 4, m: 4})).toBe(8);
  });

  test("2:4 doubles the rate only where the machine has it", () => {
    const long = prefill(1, 4096);
    const pi = machineById("raspberry-pi-5");
    expect(seconds(long, a100, HALF, {sparsity: {n: 2, m: 4}}) / seconds(long)).toBeLessThan(0.65);
    expect(seconds(long, pi, HALF, {sparsity: {n: 2, m: 4}}) / seconds(long, pi)).toBeGreaterThan(0.95);
  });

  test("refuses efficiencies that are no shares", () => {
    expect(() => pricesOf(a100, HALF, {effCompute: 0})).toThrow(
      "pricesOf: effCompute must be a finite number above 0, got 0",
    );
    expect(() => pricesOf(a100, HALF, {effMemory: 1.2})).toThrow(
      "pricesOf: effMemory must be at most 1, got 1.2",
    );
    expect(() => pricesOf(a100, HALF, {launchOverhead: -1})).toThrow(
      "pricesOf: launchOverhead must be a finite number of at least 0, got -1",
    );
  });

  test("every preset is slower than the bound", () => {
    const bound = seconds(decode(1, 100));
    for (const options of Object.values(EFFICIENCIES)) {
      expect(seconds(decode(1, 100), a100, HALF, options)).toBeGreaterThanOrEqual(bound);
    }
  });
});

describe("explanations", () => {
  test("every explained number is its formula with its values put in", () => {
    const prices = pricesOf(
      machineById("h100-sxm"),
      {weights: INT4, activations: FP16, kv: INT8},
      EFFICIENCIES.cpu,
    );
    for (const [, model] of MODELS) {
      for (const priced of roofline(buildOperators(model, decode(2, 100)), prices).operators) {
        const explained = explainOperator(priced, prices);
        expect(explained.map(({symbol}) => symbol)).toContain("seconds");
        for (const {formula, values, result} of explained) {
          expect(Math.abs(evaluate(formula, values) - result)).toBeLessThanOrEqual(1e-12 * Math.abs(result));
        }
      }
    }
  });

  test("values stand in the place of symbols", () => {
    const prices = pricesOf(a100, HALF);
    const gate = roofline(buildOperators(llama, decode(1, 100)), prices).operators.find(
      ({op}) => op.name === "gate",
    )!;
    const flops = explainOperator(gate, prices)[0];
    expect(flops.formula).toBe("2 * T * in * out");
    expect(substituted(flops)).toBe("2 * 1 * 4096 * 14336");
    expect(evaluate(substituted(flops), {})).toBe(flops.result);
  });
});

describe("energy", () => {
  test("adds up over operators and parts", () => {
    const operators = buildOperators(llama, decode(4, 1000));
    const prices = pricesOf(a100, HALF);
    const energy = energyPrices(a100, prices, 50);
    const total = stepEnergy(operators, prices, energy);
    const byOperator = operators.reduce(
      (sum, op) => sum + op.count * totalEnergy(operatorEnergy(op, prices, energy)),
      0,
    );
    expect(totalEnergy(total)).toBeCloseTo(byOperator, 12);
    expect(total.static).toBeCloseTo(50 * stepSeconds(operators, prices), 12);
  });

  test("an fp16 product with its sum costs 2 pJ and a byte of HBM 31.2", () => {
    const operators = buildOperators(llama, prefill(1, 64));
    const prices = pricesOf(a100, HALF);
    const result = roofline(operators, prices);
    const {compute, dram} = stepEnergy(operators, prices, energyPrices(a100, prices));
    expect(compute).toBeCloseTo(result.flops * 1e-12, 6);
    expect(dram).toBeCloseTo(result.bytes * 31.2e-12, 9);
  });

  test("every constant says where it comes from", () => {
    for (const {source, unit, value} of Object.values(MAC_ENERGY)) {
      expect(source).not.toBe("");
      expect(unit).toBe("pJ/MAC");
      expect(value).toBeGreaterThan(0);
    }
  });

  test("energies of no circuit are refused", () => {
    const energy = {compute: 1, sram: 0, dram: 0, static: 0};
    expect(() => checkEnergy(energy, 2)).toThrow(
      /^checkEnergy: energy must be 0.01 to 10000 pJ .*, got 1.00e\+12\. Check/,
    );
    expect(() => checkEnergy(energy, 2e12)).not.toThrow();
  });
});

describe("the table of machines", () => {
  test("ids are unique, lower case, sourced; rates and bandwidths are positive", () => {
    for (const [id, machine] of MACHINES) {
      expect(machine.id).toBe(id);
      expect(id).toMatch(/^[a-z0-9-]+$/);
      expect(machine.source).not.toBe("");
      for (const rate of Object.values(machine.peakTops)) expect(rate).toBeGreaterThan(0);
      expect(machine.bandwidthGBs).toBeGreaterThan(0);
    }
  });

  test("an unknown id is refused with the list of known ones", () => {
    expect(() => machineById("abacus")).toThrow(/^machineById: id must be one of a100-80gb, .*, got abacus$/);
  });
});
