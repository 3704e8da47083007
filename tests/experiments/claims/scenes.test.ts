import {beforeAll, describe, expect, test} from "vitest";
import {semanticClaims} from "../../../src/lib/experiments/claims/scenes/semantic-compression.js";
import {sceneClaims} from "../../../src/lib/experiments/claims/scenes.js";
import {between, expectLedger, number, rowsOf, testOutcomes} from "./outcomes.js";

type Rows = Awaited<ReturnType<typeof sceneClaims.run>>;

describe("the ledger of 3D objects", () => {
  let rows: Rows;
  beforeAll(async () => {
    rows = await sceneClaims.run({perFamily: 2});
  }, 60_000);

  test("has every claim with a verdict, a kind and numbers", () => {
    expectLedger(rows, semanticClaims);
  });

  test("gives the ratio of the paper by its own arithmetic, and calls that modelled", () => {
    const {of, verdict} = rowsOf(rows);
    expect(verdict("semantic-10-5")).toBe("agrees");
    expect(of("semantic-10-5", "modelled").map(({value}) => value)).toEqual([1e5]);
  });
});

const GAP = "error of the best file at 100 times, less that of the words";

testOutcomes(semanticClaims, {
  "semantic-around-100": [
    ["same direction", [between(GAP, 1, 2), between(GAP, 0.5, 3)]],
    ["differs", [between(GAP, 1, 2), between(GAP, -3, -1)]],
    ["open", [between(GAP, -1, 1)]],
  ],
  "semantic-structure-10": [
    ["agrees", [between("compression that keeps quality", 8, 20)]],
    ["differs", [between("compression that keeps quality", 50, 80)]],
    [
      "open",
      [between("compression that keeps quality", 50, 80), between("compression that keeps quality", 8, 9)],
    ],
  ],
  "semantic-10-5": [
    ["agrees", [number("ratio", 1e5)]],
    ["differs", [number("ratio", 1e4)]],
  ],
});
