import {describe, expect, test} from "vitest";
import type {PrecisionOption} from "../../../src/lib/engine/scan/precision.js";
import type {ScanOutput} from "../../../src/lib/engine/scan/scan-input.js";
import {selectiveScan} from "../../../src/lib/engine/scan/selective-scan.js";
import {ssd} from "../../../src/lib/engine/scan/ssd.js";
import {gla} from "../../../src/lib/ssm/scan/gla.js";
import {glaChunked} from "../../../src/lib/ssm/scan/gla-chunked.js";
import {segsum} from "../../../src/lib/ssm/scan/segsum.js";
import {selectiveScanAssociative} from "../../../src/lib/ssm/scan/selective-scan-associative.js";
import {selectiveScanChunked} from "../../../src/lib/ssm/scan/selective-scan-chunked.js";
import {ssdChunked} from "../../../src/lib/ssm/scan/ssd-chunked.js";
import {
  DECAY_NAMES,
  type Decay,
  expectSame,
  glaInput,
  LENGTHS,
  scanInput,
  ssdInput,
} from "../../ssm/inputs.js";

type Form = (tokens: number, decay: Decay, options: PrecisionOption) => ScanOutput;

const FORMS: Readonly<Record<string, Form>> = {
  selectiveScan: (tokens, decay, options) => selectiveScan(scanInput(tokens, decay), options),
  selectiveScanAssociative: (tokens, decay, options) =>
    selectiveScanAssociative(scanInput(tokens, decay), options),
  selectiveScanChunked: (tokens, decay, options) =>
    selectiveScanChunked(scanInput(tokens, decay), {...options, chunkSize: 16}),
  ssd: (tokens, decay, options) => ssd(ssdInput(tokens, decay), options),
  ssdChunked: (tokens, decay, options) => ssdChunked(ssdInput(tokens, decay), {...options, chunkSize: 16}),
  gla: (tokens, decay, options) => gla(glaInput(tokens, decay), options),
  glaChunked: (tokens, decay, options) =>
    glaChunked(glaInput(tokens, decay), {...options, chunkSize: 16, subChunkSize: 5}),
};
const CASES = Object.keys(FORMS).flatMap((name) => DECAY_NAMES.map((decay) => [name, decay] as const));

describe.each(CASES)("%s kept in float32 with %s decay", (name, decay) => {
  const form = FORMS[name];

  test.each(LENGTHS)("stays near float64 over %i tokens", (tokens) => {
    // Every stored number is off by 2^-24 of itself at most; a state by one of these for every token that it lasts,
    // a few terms of both signs make it worse against the largest output.
    expectSame(
      form(tokens, decay, {precision: "float32"}),
      form(tokens, decay, {}),
      8 * (tokens + 16) * 2 ** -24,
    );
  });

  test("is really kept so: its state holds float32 numbers, and its output is another than float64's", () => {
    const {y, state} = form(65, decay, {precision: "float32"});
    expect(state).toEqual(state.map(Math.fround));
    expect(y).not.toEqual(form(65, decay, {}).y);
  });
});

test("segment sums are kept in the precision of their terms", () => {
  const terms = [0.1, 0.2, 0.3];
  expect(segsum(Float32Array.from(terms))).toBeInstanceOf(Float32Array);
  expect(segsum(Float64Array.from(terms))).toBeInstanceOf(Float64Array);
  expect(segsum(Float32Array.from(terms))[6]).toBe(Math.fround(Math.fround(0.2) + Math.fround(0.3)));
});
