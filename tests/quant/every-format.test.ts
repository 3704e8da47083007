import {describe, expect, test} from "vitest";
import {calibrate, outputError} from "../../src/lib/engine/calibration/calibration.js";
import {scaleColumns} from "../../src/lib/engine/equivalent/channel-scale.js";
import {smoothingScales} from "../../src/lib/engine/equivalent/smoothquant.js";
import {type Format, packedBytes} from "../../src/lib/formats/format.js";
import {formats} from "../../src/lib/formats/registry.js";
import {quantizeActivation} from "../../src/lib/quant/activations.js";
import {awq} from "../../src/lib/quant/awq.js";
import {gptq, gptqMethod} from "../../src/lib/quant/gptq.js";
import {roundToNearest} from "../../src/lib/quant/rtn.js";
import {activations, gaussian} from "./helpers.js";

/** Odd on purpose: 40 columns are no multiple of 16, 32 or 128. */
const x = activations(1, 80, 40);
const w = gaussian(2, [6, 40]);
const calibration = calibrate([x]);
const plainError = (format: Format) => outputError(w, roundToNearest(w, format).weight, calibration);

describe.each(Object.values(formats).map((format) => [format.id, format] as const))("%s", (_, format) => {
  test("rounds activations token by token", () => {
    const {values, bytes} = quantizeActivation(x, format);
    expect(values.data.every(Number.isFinite)).toBe(true);
    expect(bytes).toBeGreaterThan(0);
  });

  test("works in AWQ and SmoothQuant, and AWQ's scales never lose to none", () => {
    const {weights, scales, error} = awq([w], calibration, format, {grid: 6, clipGrid: 6});
    expect(weights[0].weight.data.every(Number.isFinite)).toBe(true);
    expect(scales.every((s) => s > 0)).toBe(true);
    expect(error).toBeLessThanOrEqual(6 * plainError(format) * (1 + 1e-9));
    const smooth = scaleColumns(w, smoothingScales(calibration.maxAbs, [w]));
    expect(roundToNearest(smooth, format).weight.data.every(Number.isFinite)).toBe(true);
  });

  test("works in GPTQ, in its own bytes and to the good of the outputs, or says why not", () => {
    if (format.codebook.bits > 8) {
      expect(() => gptq(w, calibration, format)).toThrow(
        `at most 8 bits a code, got ${format.codebook.bits}`,
      );
      return;
    }
    if (format.layout !== undefined) {
      expect(() => gptq(w, calibration, format)).toThrow("in a part named codes");
      expect(gptqMethod.refuses(format)).toContain("chooses codes one by one");
      return;
    }
    const {packed, weight} = gptq(w, calibration, format);
    expect(packedBytes(packed)).toBe(packedBytes(roundToNearest(w, format).packed));
    expect(outputError(w, weight, calibration)).toBeLessThan(plainError(format));
  });
});
