import {afterAll, expect, test} from "vitest";
import type {GroupsKernel} from "../../src/lib/checkpoint/wasm/scale-makers.js";
import {groupsWasm} from "../../src/lib/kernels/generated/groups.js";
import {kernelRuns} from "../../src/lib/kernels/kernel-runs.js";
import {nodeThreads} from "../../src/lib/kernels/node-threads.js";
import {wasmHeap} from "../../src/lib/kernels/wasm-heap.js";

const [PIECES, SIZE] = [40, 16];

const threads = nodeThreads(3);
afterAll(() => threads.close());

test.each([["threads", threads] as const, ["the caller alone", null] as const])(
  "%s bring, run and fetch every piece once",
  async (_, own) => {
    const heap = wasmHeap(own !== null);
    const [{call, runPieces}] = await kernelRuns<[GroupsKernel]>(heap, [groupsWasm], own);
    const at = heap.allocate(PIECES * 4 * (SIZE + 1));
    const outputs = at + 4 * SIZE * PIECES;
    const pieces = Array.from({length: PIECES}, (_, i) => [
      call("absMax", [at + 4 * SIZE * i, 1, SIZE, outputs + 4 * i]),
    ]);
    const [brought, fetched] = [new Array<number>(PIECES).fill(0), new Array<number>(PIECES).fill(0)];
    const runWith = (bad: number) => {
      return runPieces(pieces, {
        bring(i) {
          brought[i]++;
          heap.floats(at + 4 * SIZE * i, SIZE).fill(i === bad ? Number.NaN : -1 - i);
        },
        fetch(i) {
          fetched[i] += heap.floats(outputs + 4 * i, 1)[0];
        },
      });
    };
    expect(runWith(-1)).toBe(true);
    expect(brought).toEqual(new Array(PIECES).fill(1));
    expect(fetched).toEqual(Array.from({length: PIECES}, (_, i) => 1 + i));
    expect(runWith(7)).toBe(false);
    expect(runWith(-1)).toBe(true);
    expect(runPieces([])).toBe(true);
  },
);

test("no more pieces are taken than there is room for", () => {
  const call = {module: 0, name: "absMax", numbers: []};
  const many = new Array(257).fill([call]);
  expect(() => threads.run(many)).toThrow("pieces.length must be");
});
