import type {KernelRecord} from "./record.js";

/** The first two passes of a softmax over powers of two: the greatest number, and the sum in units of 1/256. */
export const softmax: KernelRecord = {
  id: "softmax",
  label: "passes of a softmax",
  text: `
    kernel softmax(in i8 x[8], out i8 most, out u12 total) {
      i8 m = x[0];
      for (i = 1; i < 8; i += 1) {
        if (x[i] > m) {
          m = x[i];
        }
      }
      u12 sum = 0;
      for (i = 0; i < 8; i += 1) {
        if (m - x[i] < 9) {
          sum += 256 >> m - x[i];
        }
      }
      most = m;
      total = sum;
    }`,
};

/** A linear recurrence in fixed point: decays in units of 1/256. */
export const scan: KernelRecord = {
  id: "scan",
  label: "scan in fixed point",
  text: `
    kernel scan(in u8 decay[12], in i8 x[12], out i12 y[12]) {
      i12 h = 0;
      for (t = 0; t < 12; t += 1) {
        h = (decay[t] * h >> 8) + x[t];
        y[t] = h;
      }
    }`,
};

/** Sums of an integer product back in 8 bits: multiplied, rounded, shifted and kept within bounds. */
export const requantize: KernelRecord = {
  id: "requantize",
  label: "requantization to 8 bits",
  text: `
    kernel requantize(in i16 sum[8], in u7 multiplier, out i8 y[8]) {
      for (i = 0; i < 8; i += 1) {
        i15 v = sum[i] * multiplier + 128 >> 8;
        if (v > 127) {
          v = 127;
        }
        if (v < -128) {
          v = -128;
        }
        y[i] = v;
      }
    }`,
};

/** Codes of 4 bits out of bytes, two in each, the lower half first. */
export const unpack: KernelRecord = {
  id: "unpack",
  label: "unpacking of 4-bit codes",
  text: `
    kernel unpack(in u8 packed[2], out i4 codes[4]) {
      for (i = 0; i < 2; i += 1) unroll 2 {
        codes[2 * i] = (packed[i] & 15) - 8;
        codes[2 * i + 1] = (packed[i] >> 4) - 8;
      }
    }`,
};

/** Three stages of sums and differences: a Hadamard transform of eight numbers in place. */
export const hadamard: KernelRecord = {
  id: "hadamard",
  label: "Hadamard transform",
  text: `
    kernel hadamard(in i8 x[8], out i11 y[8]) {
      for (i = 0; i < 8; i += 1) unroll 4 {
        y[i] = x[i];
      }
      for (s = 0; s < 3; s += 1) {
        for (j = 0; j < 4; j += 1) {
          u3 low = (j >> s << s + 1) + (j & (1 << s) - 1);
          u3 high = low + (1 << s);
          i10 a = y[low];
          y[low] = a + y[high];
          y[high] = a - y[high];
        }
      }
    }`,
};

/** The largest magnitude of each group, from which a block format takes its scale. */
export const groupMaximum: KernelRecord = {
  id: "group-maximum",
  label: "largest magnitude of groups",
  text: `
    kernel group_maximum(in i8 x[12], out u8 most[3]) {
      for (g = 0; g < 3; g += 1) {
        u8 m = 0;
        for (i = 0; i < 4; i += 1) {
          i9 v = x[g * 4 + i];
          if (v < 0) {
            v = -v;
          }
          if (v > m) {
            m = v;
          }
        }
        most[g] = m;
      }
    }`,
};
