import {expect, test} from "vitest";
import {type HardStepRow, signalFinding} from "../../../src/components/plots/decoding/hard-steps.js";

const row = (signal: string, findsMendable: number): HardStepRow => ({
  signal,
  label: signal,
  needs: "",
  steps: 10,
  hard: 3,
  mendable: 2,
  findsHard: 0.5,
  findsMendable,
  provenance: "measured",
});

test("the finding names the better of the signals at hand, not one that needs the right text", () => {
  const rows = [row("true", 0.6), row("gap", 0.9), row("entropy", 0.7), row("classifier", 0.8)];
  expect(signalFinding(rows)).toContain("“classifier”");
  expect(signalFinding(rows)).toContain("mends 2 of 10 steps");
  expect(signalFinding([row("gap", 0.9)])).toBe("There are no signals to compare.");
});
