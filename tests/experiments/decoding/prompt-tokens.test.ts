import {expect, test} from "vitest";
import {
  promptSizesFinding,
  promptSpeedFinding,
} from "../../../src/components/plots/decoding/prompt-tokens.js";
import {loadData} from "../../../src/data/data-sets.js";
import {promptTokensExperiment} from "../../../src/lib/experiments/decoding/prompt-tokens.js";

const data = await loadData(promptTokensExperiment.needs);
const run = (setting: Parameters<typeof promptTokensExperiment.run>[0]) =>
  promptTokensExperiment.run({count: 2, tokens: 12, inputs: [4, 32], ...setting}, {data});

test("decoding/prompt-tokens: a pass of four inputs is plain decoding, a larger one gives more and the same text", async () => {
  const rows = await run({});
  const of = (what: string) => rows.filter((row) => row.what === what);
  const [least, most] = of("measured");
  expect([least.candidates, least.tokensPerPass]).toEqual([0, 1]);
  expect(of("predicted")[0].tokensPerPass).toBe(1);
  expect(most.tokensPerPass).toBeGreaterThan(1);
  for (const {same, documents} of of("measured")) expect(same).toBe(documents);
  expect(promptSizesFinding(rows)).toContain("32 inputs");
  expect(promptSpeedFinding(rows, "h200")).toContain("6.74 billion");
});

test("decoding/prompt-tokens: large passes pay where a machine computes much for each byte that it reads", async () => {
  const best = async (machine: "a100-80gb" | "raspberry-pi-5") =>
    (await run({machine}))
      .filter(({what}) => what === "measured")
      .toSorted((a, b) => b.speedup - a.speedup)[0];
  expect((await best("a100-80gb")).inputs).toBe(32);
  expect((await best("raspberry-pi-5")).speedup).toBeLessThan((await best("a100-80gb")).speedup);
});
