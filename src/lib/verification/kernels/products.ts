import type {KernelRecord} from "./record.js";

/** A dot product of any length up to 15: rounds of four, and a loop for the rest. */
export const dot: KernelRecord = {
  id: "dot",
  label: "dot product of any length",
  text: `
    kernel dot(in u4 n, in i8 a[15], in i8 b[15], out i19 y) {
      i19 sum = 0;
      for (i = 0; i < n; i += 1) unroll 4 {
        sum += a[i] * b[i];
      }
      y = sum;
    }`,
};

/** A matrix of 4-bit weights times a vector, as one token reads it. */
export const gemv: KernelRecord = {
  id: "gemv",
  label: "matrix times vector",
  text: `
    kernel gemv(in i4 w[32], in i8 x[8], out i15 y[4]) {
      for (o = 0; o < 4; o += 1) {
        i15 sum = 0;
        for (k = 0; k < 8; k += 1) unroll 2 {
          sum += w[o * 8 + k] * x[k];
        }
        y[o] = sum;
      }
    }`,
};

/** A tile of a matrix product: 4 x 3 times 3 x 4. */
export const gemm: KernelRecord = {
  id: "gemm",
  label: "tile of a matrix product",
  text: `
    kernel gemm(in i4 a[12], in i4 b[12], out i9 c[16]) {
      for (i = 0; i < 4; i += 1) {
        for (j = 0; j < 4; j += 1) {
          i9 sum = 0;
          for (k = 0; k < 3; k += 1) unroll 3 {
            sum += a[i * 3 + k] * b[k * 4 + j];
          }
          c[i * 4 + j] = sum;
        }
      }
    }`,
};

/** The causal convolution in front of a selective scan: four taps, nothing before the first token. */
export const convolution: KernelRecord = {
  id: "convolution",
  label: "causal convolution",
  text: `
    kernel convolution(in i8 x[12], in i6 w[4], out i16 y[12]) {
      for (t = 0; t < 12; t += 1) {
        i16 sum = 0;
        for (k = 0; k < 4; k += 1) {
          if (t >= k) {
            sum += w[k] * x[t - k];
          }
        }
        y[t] = sum;
      }
    }`,
};

/** A product of bit planes: bits that differ are counted, and each plane counts for twice the one before. */
export const planes: KernelRecord = {
  id: "planes",
  label: "product of bit planes",
  text: `
    kernel planes(in u8 w, in u8 x[3], out i7 y) {
      i7 sum = 0;
      for (p = 0; p < 3; p += 1) {
        u4 differ = 0;
        for (k = 0; k < 8; k += 1) unroll 4 {
          differ += (w ^ x[p]) >> k & 1;
        }
        sum += 8 - 2 * differ << p;
      }
      y = sum;
    }`,
};

/** A product by tables of sums: four bits of weights choose an entry of each table. */
export const lookup: KernelRecord = {
  id: "lookup",
  label: "product by tables",
  text: `
    kernel lookup(in i8 table[32], in u4 codes[6], out i9 y[3]) {
      for (o = 0; o < 3; o += 1) {
        i9 sum = 0;
        for (g = 0; g < 2; g += 1) unroll 2 {
          sum += table[g * 16 + codes[o * 2 + g]];
        }
        y[o] = sum;
      }
    }`,
};
