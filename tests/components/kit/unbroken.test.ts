import {expect, test} from "vitest";
import {unbroken} from "../../../src/components/kit/text/unbroken.js";

const NBSP = "\u00a0";

test("a number stays with its unit", () => {
  for (const unit of [
    "%",
    "dB",
    "bits",
    "bit",
    "nats",
    "ms",
    "µs",
    "kB",
    "GB",
    "GB/s",
    "tokens/s",
    "TFLOP",
    "TFLOP/s",
    "MHz",
    "J",
  ]) {
    expect(unbroken(`about 4.5 ${unit}, or less`)).toBe(`about 4.5${NBSP}${unit}, or less`);
  }
});

test("words that are no units may part from their number, and so may words that begin like one", () => {
  for (const text of ["7 Bytes", "3 sequences", "2 bitmaps", "5 documents", "x B", "1 a"])
    expect(unbroken(text)).toBe(text);
});
