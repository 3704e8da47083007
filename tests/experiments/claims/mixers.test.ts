import {describe, expect, test} from "vitest";
import {ecoformerClaims} from "../../../src/lib/experiments/claims/mixers/ecoformer.js";
import {kroneckerClaims} from "../../../src/lib/experiments/claims/mixers/kronecker.js";
import {between, number, testOutcomes} from "./outcomes.js";

testOutcomes(kroneckerClaims, {
  "kronecker-triples": [
    ["agrees", [between("share", 0.02, 0.1)]],
    ["open", [between("share", -0.02, 0.1)]],
    ["differs", [between("share", -0.1, -0.02)]],
  ],
  "kronecker-linear": [
    ["agrees", [number("times the operations", 1.99), number("largest error", 1e-9)]],
    ["differs", [number("times the operations", 7.9), number("largest error", 0)]],
    ["differs", [number("times the operations", 2), number("largest error", 0.1)]],
  ],
});

testOutcomes(ecoformerClaims, {
  "ecoformer-energy": [
    ["agrees", [number("energy saved", 72.6)]],
    ["differs", [number("energy saved", 60)]],
  ],
  "ecoformer-learned-codes": [
    ["agrees", [between("agreement", 0.01, 0.05)]],
    ["differs", [between("agreement", -0.05, -0.01)]],
  ],
});

describe("the energy of EcoFormer", () => {
  test("follows from the shapes of PVTv2-B0 to a tenth of a per cent of the whole", () => {
    const claim = ecoformerClaims.find(({id}) => id === "ecoformer-energy");
    const [saved] = claim!.ours({agreement: {value: 0, low: 0, high: 0, heads: 16}});
    expect(saved.value).toBeGreaterThan(72.5);
    expect(saved.value).toBeLessThan(73.5);
  });
});
