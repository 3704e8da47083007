/**
 * y [rows, out] = x [rows, inputs] W^T + b for weights packed in panels of 8 outputs:
 * panels [out / 8 rounded up][inputs][8], bias [out rounded up to 8]; missing outputs are zero.
 * y rows are `out` rounded up to 8 apart. A panel is read once for all rows; four rows share each load of it,
 * so a product of matrices is bound by arithmetic and one of a vector by the speed of memory.
 */
export function matmul(
  x: usize,
  panels: usize,
  bias: usize,
  y: usize,
  rows: i32,
  inputs: i32,
  paddedOut: i32,
): void {
  const panelBytes = <usize>inputs * 32;
  for (let first = 0; first < paddedOut; first += 8) {
    const panel = panels + (<usize>first >> 3) * panelBytes;
    const column = (<usize>first) << 2;
    panelProduct(x, panel, bias + column, y + column, rows, inputs, paddedOut);
  }
}

/** Eight outputs of all rows of x; rows of y are `paddedOut` apart. */
export function panelProduct(
  x: usize,
  panel: usize,
  bias: usize,
  y: usize,
  rows: i32,
  inputs: i32,
  paddedOut: i32,
): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) fourRows(x, panel, bias, y, row, inputs, paddedOut);
  for (; row < rows; row++) {
    oneRow(x + ((<usize>row * inputs) << 2), panel, bias, y + ((<usize>row * paddedOut) << 2), inputs);
  }
}

function fourRows(
  x: usize,
  panel: usize,
  bias: usize,
  y: usize,
  row: i32,
  inputs: i32,
  paddedOut: i32,
): void {
  const xStride = (<usize>inputs) << 2;
  const yStride = (<usize>paddedOut) << 2;
  let x0 = x + <usize>row * xStride;
  let x1 = x0 + xStride;
  let x2 = x1 + xStride;
  let x3 = x2 + xStride;
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let b0 = a0;
  let b1 = a1;
  let c0 = a0;
  let c1 = a1;
  let d0 = a0;
  let d1 = a1;
  let w = panel;
  const end = panel + <usize>inputs * 32;
  while (w < end) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    let v = v128.load_splat<f32>(x0);
    a0 = f32x4.add(a0, f32x4.mul(v, w0));
    a1 = f32x4.add(a1, f32x4.mul(v, w1));
    v = v128.load_splat<f32>(x1);
    b0 = f32x4.add(b0, f32x4.mul(v, w0));
    b1 = f32x4.add(b1, f32x4.mul(v, w1));
    v = v128.load_splat<f32>(x2);
    c0 = f32x4.add(c0, f32x4.mul(v, w0));
    c1 = f32x4.add(c1, f32x4.mul(v, w1));
    v = v128.load_splat<f32>(x3);
    d0 = f32x4.add(d0, f32x4.mul(v, w0));
    d1 = f32x4.add(d1, f32x4.mul(v, w1));
    w += 32;
    x0 += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
  let out = y + <usize>row * yStride;
  v128.store(out, a0);
  v128.store(out, a1, 16);
  out += yStride;
  v128.store(out, b0);
  v128.store(out, b1, 16);
  out += yStride;
  v128.store(out, c0);
  v128.store(out, c1, 16);
  out += yStride;
  v128.store(out, d0);
  v128.store(out, d1, 16);
}

function oneRow(x: usize, panel: usize, bias: usize, y: usize, inputs: i32): void {
  // Four inputs at a time in sums of their own: an addition need not wait for the one before it.
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let b0 = f32x4.splat(0);
  let b1 = b0;
  let c0 = b0;
  let c1 = b0;
  let d0 = b0;
  let d1 = b0;
  let w = panel;
  const end = panel + <usize>inputs * 32;
  while (w + 128 <= end) {
    let v = v128.load_splat<f32>(x);
    a0 = f32x4.add(a0, f32x4.mul(v, v128.load(w)));
    a1 = f32x4.add(a1, f32x4.mul(v, v128.load(w, 16)));
    v = v128.load_splat<f32>(x, 4);
    b0 = f32x4.add(b0, f32x4.mul(v, v128.load(w, 32)));
    b1 = f32x4.add(b1, f32x4.mul(v, v128.load(w, 48)));
    v = v128.load_splat<f32>(x, 8);
    c0 = f32x4.add(c0, f32x4.mul(v, v128.load(w, 64)));
    c1 = f32x4.add(c1, f32x4.mul(v, v128.load(w, 80)));
    v = v128.load_splat<f32>(x, 12);
    d0 = f32x4.add(d0, f32x4.mul(v, v128.load(w, 96)));
    d1 = f32x4.add(d1, f32x4.mul(v, v128.load(w, 112)));
    w += 128;
    x += 16;
  }
  while (w < end) {
    const v = v128.load_splat<f32>(x);
    a0 = f32x4.add(a0, f32x4.mul(v, v128.load(w)));
    a1 = f32x4.add(a1, f32x4.mul(v, v128.load(w, 16)));
    w += 32;
    x += 4;
  }
  v128.store(y, f32x4.add(f32x4.add(a0, b0), f32x4.add(c0, d0)));
  v128.store(y, f32x4.add(f32x4.add(a1, b1), f32x4.add(c1, d1)), 16);
}
