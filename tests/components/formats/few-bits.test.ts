import {expect, test} from "vitest";
import {chanceFinding} from "../../../src/components/by-hand/formats/chance-rounding.js";
import {precisionFinding} from "../../../src/components/by-hand/formats/few-bit-tables.js";
import {
  endFinding,
  roundingFinding,
  trainingFinding,
  valuesFinding,
} from "../../../src/components/plots/formats/few-bit-training.js";
import {losslessFinding, sameTextFinding} from "../../../src/components/plots/formats/lossless.js";

const training = (recipe: string, tokens: number, loss: number, bits: number) =>
  ({recipe, name: recipe, tokens, loss, bits, seeds: 3}) as never;

test("the curves' finding compares the last losses", () => {
  const rows = [training("bf16", 1e6, 4, 16), training("bf16", 2e6, 3, 16), training("fp8", 2e6, 3.25, 8)];
  expect(trainingFinding(rows)).toBe(
    "After 2 million tokens BF16 has a loss of 3 nats per token, the mean of 3 seeds. Above it lie: fp8 0.25.",
  );
  expect(trainingFinding([])).toBe("There are no runs.");
});

test("the ends' finding names the rounding of the gradient that did better", () => {
  const end = (recipe: string, above: number) =>
    ({recipe, above, seedsLow: above - 1, seedsHigh: above + 1}) as never;
  expect(endFinding([end("quartet", 0.5), end("quest-nearest", 0.25)])).toContain("ends lower, at 0.25");
  expect(endFinding([end("quartet", 0.125), end("quest-nearest", 0.25)])).toContain("ends higher, at 0.25");
  expect(endFinding([])).toBe("There are no runs.");
});

test("findings say what is missing where rows are", () => {
  expect(roundingFinding([])).toBe("There are no rows.");
  expect(valuesFinding([])).toContain("not among those chosen");
  expect(losslessFinding([])).toBe("There are no rows.");
  expect(sameTextFinding([])).toBe("There are no texts.");
  expect(precisionFinding([])).toBe("No text differs.");
});

test("chance reaches the value on average, and the nearest level stays where it is", () => {
  expect(chanceFinding({value: 2.25, draws: 1000})).toMatch(
    /^Rounded to nearest, 2\.25 is always 2; by chance .* is 2\.2/,
  );
});
