import {describe, expect, test} from "vitest";
import {
  balancedElements,
  HSA_DEFAULT,
  HSA_REPORTED,
  hsaArea,
  hsaDecode,
  hsaScenario,
} from "../../../src/lib/accel/hsa/cost.js";
import {modelById} from "../../../src/lib/accel/models.js";
import {hsa} from "../../../src/lib/experiments/accel/hsa.js";

const retnet = modelById("retnet-1.3b");
const machine = (side: number) => ({...HSA_DEFAULT, array: [side, side] as const});
type Given = Parameters<typeof hsa.run>[0];
const rowsOf = async (kind: string, what: string, given: Given = {}) =>
  (await hsa.run(given)).filter((row) => row.kind === kind && row.what === what);

describe("accel/hsa, writing", () => {
  test.each(["hybrid", "systolic"] as const)("%s is the library's decode on every array", async (mode) => {
    const rows = await rowsOf("decode", mode);
    expect(rows.map(({side}) => side)).toEqual([4, 8, 12, 16, 24, 32, 48, 64]);
    for (const row of rows) {
      const {seconds, utilization, emaBytes, joules} = hsaDecode(retnet, machine(row.side!), 1024, mode);
      expect(row).toMatchObject({
        elements: row.side! ** 2,
        mm2: hsaArea(machine(row.side!)),
        tokensPerSecond: 1 / seconds,
        utilization: 100 * utilization,
        bytesPerToken: emaBytes,
        joulesPerToken: joules,
        balanced: balancedElements(HSA_DEFAULT),
        provenance: "modelled",
      });
    }
  });

  test("dot products are never slower than a systolic array of the same size", async () => {
    const [hybrid, fixed] = [await rowsOf("decode", "hybrid"), await rowsOf("decode", "systolic")];
    hybrid.forEach((row, i) => {
      expect(row.tokensPerSecond!).toBeGreaterThanOrEqual(fixed[i].tokensPerSecond! * (1 - 1e-12));
    });
    expect(hybrid.some((row, i) => row.tokensPerSecond! > 1.5 * fixed[i].tokensPerSecond!)).toBe(true);
  });

  test("a larger array is never slower, takes more area, and reads the same bytes", async () => {
    const rows = await rowsOf("decode", "hybrid");
    rows.slice(1).forEach((row, i) => {
      expect(row.tokensPerSecond!).toBeGreaterThanOrEqual(rows[i].tokensPerSecond! * (1 - 1e-12));
      expect(row.mm2!).toBeGreaterThan(rows[i].mm2!);
      expect(row.bytesPerToken).toBe(rows[i].bytesPerToken);
    });
  });

  test("a faster memory feeds more elements and never slows writing", async () => {
    const [slow, fast] = [
      await rowsOf("decode", "hybrid"),
      await rowsOf("decode", "hybrid", {bandwidth: 102.4}),
    ];
    expect(fast[0].balanced).toBeCloseTo(4 * slow[0].balanced, 9);
    slow.forEach((row, i) => {
      expect(fast[i].tokensPerSecond!).toBeGreaterThanOrEqual(row.tokensPerSecond!);
    });
  });

  test("fewer bits a weight move fewer bytes and cost less energy", async () => {
    const at = async (weightBits: 4.25 | 8.25 | 16) => (await rowsOf("decode", "hybrid", {weightBits}))[5];
    const [four, eight, sixteen] = [await at(4.25), await at(8.25), await at(16)];
    expect(four.bytesPerToken!).toBeLessThan(eight.bytesPerToken!);
    expect(eight.bytesPerToken!).toBeLessThan(sixteen.bytesPerToken!);
    expect(four.joulesPerToken!).toBeLessThan(sixteen.joulesPerToken!);
  });

  test("units of their own for norms are never faster than folded ones", async () => {
    const [folded, apart] = [
      await rowsOf("decode", "hybrid"),
      await rowsOf("decode", "hybrid", {foldedUnits: false}),
    ];
    folded.forEach((row, i) => {
      expect(apart[i].tokensPerSecond!).toBeLessThanOrEqual(row.tokensPerSecond!);
    });
  });
});

describe("accel/hsa, reading and writing", () => {
  test.each([
    ["long input, short output", 2048, 128],
    ["short input, long output", 128, 2048],
  ])("%s is the library's scenario", async (what, input, output) => {
    const rows = await rowsOf("scenario", what);
    expect(rows).toHaveLength(8);
    for (const row of rows) {
      const found = hsaScenario(retnet, machine(row.side!), input, output);
      expect(row).toMatchObject({
        mm2: found.mm2,
        tokensPerSecond: (input + output) / found.seconds,
        tokensPerSecondPerMm2: found.tokensPerSecondPerMm2,
        outputPerSecondPerMm2: found.outputTokensPerSecondPerMm2,
        utilization: null,
        bytesPerToken: null,
      });
      expect(row.outputPerSecondPerMm2! / row.tokensPerSecondPerMm2!).toBeCloseTo(
        output / (input + output),
        9,
      );
    }
  });

  test("area counts against throughput: what is beside the array lowers every density", async () => {
    const what = "long input, short output";
    const [lean, fat] = [
      await rowsOf("scenario", what, {mm2Other: 0}),
      await rowsOf("scenario", what, {mm2Other: 5}),
    ];
    lean.forEach((row, i) => {
      expect(fat[i].tokensPerSecond).toBe(row.tokensPerSecond);
      expect(fat[i].mm2! - row.mm2!).toBeCloseTo(5, 9);
      expect(fat[i].tokensPerSecondPerMm2!).toBeLessThan(row.tokensPerSecondPerMm2!);
    });
  });

  test("the paper's numbers stand beside ours as reported, whatever the knobs", async () => {
    for (const given of [{}, {bandwidth: 256, clock: 2000}] as const) {
      const reported = (await hsa.run(given)).filter(({kind}) => kind === "reported");
      expect(
        reported.map(({what, tokensPerSecondPerMm2, provenance}) => [
          what,
          tokensPerSecondPerMm2,
          provenance,
        ]),
      ).toEqual(
        HSA_REPORTED.map(({what, tokensPerSecondPerMm2}) => [what, tokensPerSecondPerMm2, "reported"]),
      );
    }
  });

  test("refuses knobs out of range by name", async () => {
    await expect(hsa.run({bandwidth: 1})).rejects.toThrow(
      "run accel/hsa: bandwidth must be a number from 4 to 256, got 1",
    );
    await expect(hsa.run({weightBits: 5 as 16})).rejects.toThrow(
      "weightBits must be one of 4.25, 8.25, 16, got 5",
    );
  });
});
