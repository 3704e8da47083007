import {tableProductWasm} from "../../kernels/generated/table-product.js";
import {wasmHeap} from "../../kernels/wasm-heap.js";
import {BLOCK_ROWS, TABLE_ENTRIES, TABLE_INPUTS, type TableMatrix} from "./table-matrix.js";

interface Kernel {
  makeTables(x: number, groups: number, inputs: number, tables: number, scales: number, sums: number): void;
  tableProduct(
    codes: number,
    weightScales: number,
    blocks: number,
    groups: number,
    inputs: number,
    bits: number,
    tables: number,
    scales: number,
    sums: number,
    zero: number,
    y: number,
  ): void;
}

/** Gives W x of a matrix. */
export type VectorProduct = (x: Float32Array) => Float32Array;

/**
 * Products by tables in WebAssembly with SIMD, one thread: as `tableVector`, but for rounding in float32. Matrices that are handed in stay in
 * memory as long as this function is referred to.
 * @throws WebAssembly.CompileError where the machine has no SIMD.
 */
export async function wasmTableProducts(): Promise<(matrix: TableMatrix) => VectorProduct> {
  const heap = wasmHeap();
  const kernel = await heap.instantiate<Kernel>(tableProductWasm);
  return ({rows, columns, bits, size, groups, blocks, zero, codes, scales}) => {
    const codesAt = heap.allocate(codes.length);
    heap.bytes(codesAt, codes.length).set(codes);
    const weightScales = heap.allocate(4 * scales.length);
    heap.floats(weightScales, scales.length).set(scales);
    const tablesLength = (columns / TABLE_INPUTS) * TABLE_ENTRIES;
    return (x) => {
      if (x.length !== columns) {
        throw new RangeError(`wasmTableProducts: x must have ${columns} numbers, got ${x.length}`);
      }
      const tables = heap.scratch(tablesLength + 4 * (columns + 2 * groups + blocks * BLOCK_ROWS) + 64);
      const xAt = tables + tablesLength;
      const tableScales = xAt + 4 * columns;
      const sums = tableScales + 4 * groups;
      const y = sums + 4 * groups;
      heap.floats(xAt, columns).set(x);
      kernel.makeTables(xAt, groups, size, tables, tableScales, sums);
      kernel.tableProduct(
        codesAt,
        weightScales,
        blocks,
        groups,
        size,
        bits,
        tables,
        tableScales,
        sums,
        zero,
        y,
      );
      return heap.floats(y, rows).slice();
    };
  };
}
