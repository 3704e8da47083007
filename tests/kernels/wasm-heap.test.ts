import {expect, test} from "vitest";
import {wasmHeap} from "../../src/lib/kernels/wasm-heap.js";

test("what is reserved keeps its values while the memory grows and scratch is taken", () => {
  const heap = wasmHeap();
  const blocks = Array.from({length: 20}, (_, i) => {
    const pointer = heap.allocate(4 * 5000);
    // Where scratch was before.
    expect(heap.floats(pointer, 5000).every((value) => value === 0)).toBe(true);
    heap.floats(pointer, 5000).fill(i);
    const scratch = heap.scratch(300_000);
    heap.floats(scratch, 75_000).fill(-1);
    return pointer;
  });
  blocks.forEach((pointer, i) => {
    expect(pointer % 64).toBe(0);
    expect(heap.floats(pointer, 5000).every((value) => value === i)).toBe(true);
  });
});

test("the first pointer is not 0, and an empty block is no problem", () => {
  const heap = wasmHeap();
  const empty = heap.allocate(0);
  expect(empty).toBeGreaterThan(0);
  expect(heap.allocate(4)).toBe(empty);
});

test("more than 4 GiB is refused with the number of bytes", () => {
  expect(() => wasmHeap().allocate(2 ** 32)).toThrow(
    `wasmHeap: memory must fit into 4 GiB and what the machine has free, got ${2 ** 32 + 64} bytes`,
  );
});
