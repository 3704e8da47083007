/**
 * A row-major matrix [rows, columns] as [columns, rows], in a new array of the same type.
 * @param x holds rows · columns values
 */
export function transpose(x: Float32Array, rows: number, columns: number): Float32Array;
export function transpose(x: Float64Array, rows: number, columns: number): Float64Array;
export function transpose(x: Float32Array | Float64Array, rows: number, columns: number) {
  // One loop for each element type: a loop that has met both is many times slower for the rest of the process.
  return x instanceof Float32Array ? transpose32(x, rows, columns) : transpose64(x, rows, columns);
}

function transpose32(x: Float32Array, rows: number, columns: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j];
  return y;
}

function transpose64(x: Float64Array, rows: number, columns: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j];
  return y;
}
