import type {ScanOutput} from "../../../src/lib/engine/scan/scan-input.js";

type Output = ScanOutput<Float32Array | Float64Array>;

/** A scan, its definition, and the definition by magnitudes. */
interface Outputs {
  readonly actual: Output;
  readonly expected: Output;
  readonly scale: Output;
}

/** The largest difference of outputs and states from the definition, over a share of the scan of magnitudes. */
export function worstShare({actual, expected, scale}: Outputs, share: number): number {
  let worst = 0;
  for (const name of ["y", "state"] as const) {
    if (actual[name].length !== expected[name].length) return Number.NaN;
    expected[name].forEach((value, i) => {
      worst = Math.max(worst, Math.abs(actual[name][i] - value) / (share * scale[name][i] + 1e-30));
    });
  }
  return worst;
}
