import {describe, expect, test} from "vitest";
import {adderTreeCost} from "../../../src/lib/accel/double-duty/adder-tree.js";
import {compress} from "../../../src/lib/accel/double-duty/compressor.js";
import {netlistBuilder, netlistElements} from "../../../src/lib/accel/double-duty/netlist.js";
import {binaryRows, columnHeights} from "../../../src/lib/accel/double-duty/rows.js";
import {simulateNetlist, wordValue} from "../../../src/lib/accel/double-duty/simulate.js";
import {binarySum, csdSum, type SumPlan, sumCircuit} from "../../../src/lib/accel/double-duty/sums.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

const PLANS: readonly SumPlan[] = ["tree", "wallace", "dadda", {compressedRows: 3}, {compressedRows: 5}];
const FORMS = {binary: binarySum, "signed digits": csdSum} as const;

function circuit(weights: readonly number[], inputBits: number, form: keyof typeof FORMS, plan: SumPlan) {
  const builder = netlistBuilder();
  const words = weights.map(() => builder.input(inputBits));
  builder.output(sumCircuit(builder, FORMS[form](weights, words), plan));
  return builder.finish();
}

function drawnWeights(seed: number): {weights: number[]; inputBits: number} {
  const {integer} = randomStream(seed, "weights");
  const most = 2 ** (1 + integer(8));
  const weights = Array.from({length: 1 + integer(9)}, () => (integer(3) === 0 ? 0 : integer(most)));
  return {weights, inputBits: 1 + integer(8)};
}

describe.each(Object.keys(FORMS) as (keyof typeof FORMS)[])("a sum in %s", (form) => {
  test.each(PLANS)("by %j is the whole number that it stands for", (plan) => {
    for (let seed = 0; seed < 25; seed++) {
      const {weights, inputBits} = drawnWeights(seed);
      const netlist = circuit(weights, inputBits, form, plan);
      const {integer} = randomStream(seed, "patterns");
      const inputs = Int32Array.from(netlist.inputs, () => integer(2 ** 32));
      const values = simulateNetlist(netlist, inputs);
      for (let pattern = 0; pattern < 32; pattern++) {
        const word = (i: number) =>
          Array.from({length: inputBits}, (_, b) => 2 * netlist.inputs[i * inputBits + b]);
        const expected = weights.reduce((sum, w, i) => sum + w * wordValue(values, word(i), pattern), 0);
        expect(wordValue(values, netlist.outputs, pattern)).toBe(expected);
      }
    }
  });
});

describe("elements of a circuit in binary", () => {
  test("are those of the counts, unless the sum needs no last carry", () => {
    for (let seed = 0; seed < 25; seed++) {
      const {weights, inputBits} = drawnWeights(seed);
      const rows = binaryRows(weights, inputBits);
      const tree = netlistElements(circuit(weights, inputBits, "binary", "tree"));
      expect(tree.adderBits).toBeLessThanOrEqual(adderTreeCost(rows).adderBits);
      const {fullAdders, halfAdders} = compress(columnHeights(rows), "wallace");
      const tables = netlistElements(circuit(weights, inputBits, "binary", "wallace"));
      expect(tables.lut5).toBeLessThanOrEqual(2 * (fullAdders + halfAdders));
      expect(tables.lut5).toBeGreaterThanOrEqual(2 * (fullAdders + halfAdders) - 2 * inputBits - 8);
    }
  });
});
