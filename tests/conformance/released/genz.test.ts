import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {type GenzBits, type GenzSystem, genzLatency} from "../../../src/cli/conformance/released/genz.js";
import {modelById} from "../../../src/lib/accel/models.js";

interface GenzRow {
  model: string;
  system: string;
  tensorParallel: number;
  bits: GenzBits;
  batch: number;
  tokens: number;
  prefillMs: number;
  decodeMs: number;
}

const golden = JSON.parse(
  readFileSync(new URL("../../golden/accelerators/genz_latency.json", import.meta.url), "utf8"),
) as {params: {systems: Record<string, GenzSystem>}; rows: GenzRow[]};
const DENSE: Record<string, string> = {
  "meta-llama/Llama-2-7B": "llama-2-7b",
  "meta-llama/Llama-3.1-8B": "llama-3.1-8b",
};
const dense = golden.rows.filter((row) => row.model in DENSE && row.tensorParallel === 1);
const run = (row: GenzRow) =>
  genzLatency(modelById(DENSE[row.model]), golden.params.systems[row.system], row);

describe("the cross-check with GenZ", () => {
  test("has dense rows on one device", () => expect(dense).toHaveLength(48));

  test("every dense decode step agrees within 0.5 %", () => {
    for (const row of dense) expect(Math.abs(run(row).decodeMs / row.decodeMs - 1)).toBeLessThan(0.005);
  });

  test("every dense prompt is 0 to 15 % below: GenZ multiplies the embedding as a matrix", () => {
    for (const row of dense) {
      const ratio = run(row).prefillMs / row.prefillMs;
      expect(ratio).toBeGreaterThan(0.85);
      expect(ratio).toBeLessThanOrEqual(1);
    }
  });

  test("two devices halve what is moved and add what is exchanged", () => {
    const system = golden.params.systems.A100_80GB_GPU;
    const one = genzLatency(modelById("llama-2-7b"), system, {batch: 1, tokens: 1024, bits: "bf16"});
    const two = genzLatency(modelById("llama-2-7b"), system, {
      batch: 1,
      tokens: 1024,
      bits: "bf16",
      tensorParallel: 2,
    });
    expect(two.decodeMs).toBeGreaterThan(one.decodeMs / 2);
    expect(two.decodeMs).toBeLessThan(one.decodeMs);
    const free = genzLatency(
      modelById("llama-2-7b"),
      {...system, ICN: Number.POSITIVE_INFINITY},
      {
        batch: 1,
        tokens: 1024,
        bits: "bf16",
        tensorParallel: 2,
      },
    );
    expect(free.decodeMs).toBeCloseTo(one.decodeMs / 2, 12);
  });

  test("a decode step of a mixture reads the active experts only, at any batch", () => {
    const system = golden.params.systems.H100_GPU;
    const ms = (batch: number) =>
      genzLatency(modelById("mixtral-8x7b"), system, {batch, tokens: 1, bits: "int8"}).decodeMs;
    expect(ms(8) / ms(1)).toBeLessThan(1.01);
  });
});
