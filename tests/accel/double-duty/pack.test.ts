import {describe, expect, test} from "vitest";
import {INPUT_STEPS, MODULE_KINDS} from "../../../src/lib/accel/double-duty/block.js";
import {packingFaults} from "../../../src/lib/accel/double-duty/check.js";
import {CIRCUITS} from "../../../src/lib/accel/double-duty/circuits/sets.js";
import {criticalPath} from "../../../src/lib/accel/double-duty/delay.js";
import {netlistBuilder} from "../../../src/lib/accel/double-duty/netlist.js";
import {packCircuit} from "../../../src/lib/accel/double-duty/pack.js";
import {modulesTaken, type Packing} from "../../../src/lib/accel/double-duty/packing.js";
import {binarySum, sumCircuit} from "../../../src/lib/accel/double-duty/sums.js";

function dot(weights: readonly number[], compressedRows: number) {
  const builder = netlistBuilder();
  const words = weights.map(() => builder.input(4));
  builder.output(sumCircuit(builder, binarySum(weights, words), {compressedRows}));
  return builder.finish();
}

const small = dot([7, 11, 12, 9, 5, 14, 3, 10], 8);
const named = (name: string) => CIRCUITS.find((circuit) => circuit.name === name)!;
const circuits = {
  sums: small,
  lanes: named("accumulators and ReLU").build({compressedShare: 0}, 0, "binary"),
  packets: named("packet merge").build({compressedShare: 0}, 0, "binary"),
};

describe.each(Object.entries(circuits))("packing of %s", (_, netlist) => {
  test.each(MODULE_KINDS)("%s keeps every limit of its block", (kind) => {
    for (const directShare of [0, 0.5, 1]) {
      const block = {kind, inputs: 60, directShare};
      expect(packingFaults(netlist, packCircuit(netlist, block), block)).toEqual([]);
    }
  });

  test("never takes more modules for a block that can do more", () => {
    let before: readonly number[] | undefined;
    for (const inputs of INPUT_STEPS) {
      const taken = MODULE_KINDS.map((kind) =>
        modulesTaken(packCircuit(netlist, {kind, inputs, directShare: 1})),
      );
      expect(taken).toEqual(taken.toSorted((a, b) => b - a));
      const last = before;
      expect(taken.every((count, i) => count <= (last?.[i] ?? Infinity))).toBe(true);
      before = taken;
    }
  });
});

describe("the checker", () => {
  const block = {kind: "dd5", inputs: 60, directShare: 1} as const;
  const packing = packCircuit(small, block);
  const change = (blocks: Packing["blocks"]): Packing => ({...packing, blocks});

  test("finds a missing module, a module twice, and too few inputs", () => {
    const [first, ...rest] = packing.blocks;
    expect(packingFaults(small, change([first.slice(1), ...rest]), block)).not.toEqual([]);
    expect(packingFaults(small, change([...packing.blocks, [first[0]]]), block)).not.toEqual([]);
    expect(packingFaults(small, packing, {...block, inputs: 10}).join()).toContain("inputs");
  });

  test("finds that an ordinary module has no direct inputs and no tables beside adders", () => {
    const faults = packingFaults(small, packing, {...block, kind: "baseline"}).join();
    expect(faults).toContain("direct inputs");
    expect(faults).toContain("tables beside adders");
  });

  test("finds that tables in front of adders feed nothing else", () => {
    const all = {...packing, absorbed: new Set(small.tables.map((_, index) => index))};
    expect(packingFaults(small, all, block).join()).toContain("feeds more");
  });
});

test("a block of fewer than 40 inputs is refused", () => {
  expect(() => packCircuit(small, {kind: "dd5", inputs: 39, directShare: 1})).toThrow(
    "pack: inputs must be an integer of at least 40, got 39",
  );
});

describe("delays", () => {
  const taken = (kind: "baseline" | "dd5") => {
    const packing = packCircuit(small, {kind, inputs: 60, directShare: 1});
    return [criticalPath(small, packing, kind), criticalPath(small, packing, kind, true)];
  };

  test("of one chain are those of its cells", () => {
    const builder = netlistBuilder();
    builder.output(builder.addWrapped(builder.input(4), builder.input(4)));
    const netlist = builder.finish();
    const packing = packCircuit(netlist, {kind: "baseline", inputs: 60, directShare: 1});
    const expected = 60.32 + 43.49 + 238.1 + 148.4 + 72.41 + 133.4 + 40.3 + 2 * 19.95 + 46.6 + 43.49 + 18.91;
    expect(criticalPath(netlist, packing, "baseline")).toBeCloseTo(expected, 6);
  });

  test("are no longer with registers between", () => {
    for (const kind of ["baseline", "dd5"] as const) {
      const [whole, staged] = taken(kind);
      expect(staged).toBeLessThan(whole);
    }
  });
});
