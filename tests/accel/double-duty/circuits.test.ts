import {describe, expect, test} from "vitest";
import {type KratosLayer, kratosLike} from "../../../src/lib/accel/double-duty/circuits/kratos-like.js";
import {CIRCUIT_SETS, CIRCUITS} from "../../../src/lib/accel/double-duty/circuits/sets.js";
import {
  absoluteDifference,
  addAll,
  andAll,
  counter,
  equal,
  larger,
  readOnly,
  rotateLeft,
  subtract,
  xorAll,
} from "../../../src/lib/accel/double-duty/circuits/words.js";
import {
  type Builder,
  type Netlist,
  netlistBuilder,
  type Signal,
  TRUE,
} from "../../../src/lib/accel/double-duty/netlist.js";
import {nextState, simulateNetlist, wordValue} from "../../../src/lib/accel/double-duty/simulate.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

/** What a circuit of two words of 8 bits gives for 32 pairs, beside the pairs. */
function tried(build: (builder: Builder, a: Signal[], b: Signal[]) => readonly Signal[]) {
  const builder = netlistBuilder();
  const [a, b] = [builder.input(8), builder.input(8)];
  builder.output(build(builder, a, b));
  const netlist = builder.finish();
  const {integer} = randomStream(3, "words");
  const values = simulateNetlist(
    netlist,
    Int32Array.from(netlist.inputs, () => integer(2 ** 32)),
  );
  return Array.from({length: 32}, (_, pattern) => ({
    a: wordValue(values, a, pattern),
    b: wordValue(values, b, pattern),
    out: wordValue(values, netlist.outputs, pattern),
  }));
}

const ones = (n: number) => n.toString(2).replaceAll("0", "").length;

describe("circuits of two words", () => {
  type Case = [
    string,
    (builder: Builder, a: Signal[], b: Signal[]) => readonly Signal[],
    (a: number, b: number) => number,
  ];
  const cases: Case[] = [
    ["the larger", (builder, a, b) => larger(builder, a, b), Math.max],
    ["distance", (builder, a, b) => absoluteDifference(builder, a, b), (a, b) => Math.abs(a - b)],
    ["difference", (builder, a, b) => subtract(builder, a, b).difference, (a, b) => (a - b + 256) % 256],
    [
      "equality",
      (builder, a, b) => [equal(builder, [...a, TRUE], [...b, TRUE])],
      (a, b) => (a === b ? 1 : 0),
    ],
    ["equality with itself", (builder, a) => [equal(builder, a, a)], () => 1],
    ["parity", (builder, a, b) => [xorAll(builder, [...a, ...b])], (a, b) => (ones(a) + ones(b)) % 2],
    ["conjunction", (builder, a) => [andAll(builder, a.slice(0, 7))], (a) => (a % 128 === 127 ? 1 : 0)],
    ["sum of three", (builder, a, b) => addAll(builder, [a, b, a]), (a, b) => 2 * a + b],
    ["a table", (builder, a) => readOnly(builder, a.slice(0, 6), 8, (x) => 3 * x), (a) => 3 * (a % 64)],
    [
      "rotation",
      (builder, a, b) => rotateLeft(builder, a, b.slice(0, 3)),
      (a, b) => ((a << (b % 8)) | (a >> (8 - (b % 8)))) & 255,
    ],
  ];
  test.each(cases)("%s is as in whole numbers", (_, build, expected) => {
    for (const {a, b, out} of tried(build)) expect(out).toBe(expected(a, b));
  });
});

test("a counter counts the cycles in which it may", () => {
  const builder = netlistBuilder();
  const [enable, clear] = builder.input(2);
  builder.output(counter(builder, 4, enable, clear));
  const netlist = builder.finish();
  const counts: number[] = [];
  let state = new Int32Array(netlist.nets);
  for (const inputs of [
    [1, 0],
    [1, 0],
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 0],
  ]) {
    const values = simulateNetlist(netlist, inputs, state);
    counts.push(wordValue(values, netlist.outputs, 0));
    state = nextState(netlist, values) as Int32Array<ArrayBuffer>;
  }
  expect(counts).toEqual([0, 1, 2, 2, 3, 0]);
});

/** Outputs of a circuit over some cycles of the same random inputs. */
function outputsOver(netlist: Netlist, cycles: number): number[][] {
  const {integer} = randomStream(5, "cycles");
  let state = simulateNetlist(netlist, new Int32Array(netlist.inputs.length)).fill(0);
  return Array.from({length: cycles}, () => {
    const values = simulateNetlist(
      netlist,
      Int32Array.from(netlist.inputs, () => integer(2 ** 32)),
      state,
    );
    state = nextState(netlist, values);
    return netlist.outputs.map((_, i) => wordValue(values, netlist.outputs.slice(i, i + 1), 7));
  });
}

describe.each(["conv_1d", "conv_2d", "gemmt", "gemms"] as KratosLayer[])("layer %s", (layer) => {
  test("has the same sums however they are synthesized", () => {
    const common = {bits: 4, sparsity: 0.3, seed: 2} as const;
    const tree = kratosLike(layer, {...common, digits: "binary", style: {compressedShare: 0}});
    const expected = outputsOver(tree, 14);
    for (const style of [{bestFor: "dd5"}, {compressedShare: 1}] as const) {
      for (const digits of ["binary", "csd"] as const) {
        expect(outputsOver(kratosLike(layer, {...common, digits, style}), 14)).toEqual(expected);
      }
    }
    expect(expected.flat()).toContain(1);
  });
});

test("every set has circuits with tables and adders", () => {
  for (const set of CIRCUIT_SETS) {
    const circuits = CIRCUITS.filter((circuit) => circuit.set === set);
    expect(circuits.length).toBeGreaterThanOrEqual(5);
    for (const {build} of circuits) {
      const {tables, chains} = build({compressedShare: 1}, 0, "binary");
      expect(Math.min(tables.length, chains.length)).toBeGreaterThan(0);
    }
  }
});
