import {describe, expect, test} from "vitest";
import {singularValues} from "../../../src/lib/engine/observe.js";
import {selectiveScan} from "../../../src/lib/engine/scan/selective-scan.js";
import {ssd} from "../../../src/lib/engine/scan/ssd.js";
import {selectiveScanMatrix, ssdMatrix} from "../../../src/lib/ssm/scan/scan-matrix.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";
import {DECAY_NAMES, type Decay, scanInput, ssdInput} from "../inputs.js";

const T = 13;

/** A selective scan of which only what the matrix says is left: no state to begin with, no skip, no gate. */
function bareScan(decay: Decay) {
  const {state: _, D: __, z: ___, ...input} = scanInput(T, decay);
  return input;
}

function bareSsd(decay: Decay) {
  const {state: _, D: __, ...input} = ssdInput(T, decay);
  return input;
}

/** Row i of M times a column of inputs. */
function times(M: Float64Array, i: number, input: (j: number) => number): number {
  let sum = 0;
  for (let j = 0; j < T; j++) sum += M[i * T + j] * input(j);
  return sum;
}

describe.each(DECAY_NAMES)("the scan as a matrix, with %s decay", (decay) => {
  test("gives what the recurrence gives, for every channel", () => {
    const input = bareScan(decay);
    const {y} = selectiveScan(input);
    for (let d = 0; d < 6; d++) {
      const M = selectiveScanMatrix(input, d);
      for (let i = 0; i < T; i++)
        expect(times(M, i, (j) => input.u[j * 6 + d])).toBeCloseTo(y[i * 6 + d], 10);
    }
  });

  test("gives what the exact rule of discretization gives", () => {
    const input = {...bareScan(decay), discretization: "zoh" as const};
    const {y} = selectiveScan(input);
    const M = selectiveScanMatrix(input, 4);
    for (let i = 0; i < T; i++) expect(times(M, i, (j) => input.u[j * 6 + 4])).toBeCloseTo(y[i * 6 + 4], 10);
  });

  test("gives what Mamba2 gives, one matrix for all channels of a head", () => {
    const input = bareSsd(decay);
    const {y} = ssd(input);
    for (let head = 0; head < 4; head++) {
      const M = ssdMatrix(input, head);
      for (let i = 0; i < T; i++) {
        for (let p = 0; p < 3; p++) {
          const at = (t: number) => (t * 4 + head) * 3 + p;
          expect(times(M, i, (j) => input.x[at(j)])).toBeCloseTo(y[at(i)], 10);
        }
      }
    }
  });

  test("looks at no later token", () => {
    for (const M of [selectiveScanMatrix(bareScan(decay), 1), ssdMatrix(bareSsd(decay), 1)]) {
      M.forEach((weight, cell) => {
        if (cell % T > Math.floor(cell / T)) expect(weight).toBe(0);
      });
    }
  });
});

test("a block below the diagonal has no more rank than the state has numbers: all of it went through the state", () => {
  const M = selectiveScanMatrix(bareScan("mixed"), 0);
  const block = Array.from({length: 36}, (_, i) => M[(7 + Math.floor(i / 6)) * T + (i % 6)]);
  const values = singularValues(tensor(block, [6, 6]));
  expect(values[3] / values[0]).toBeGreaterThan(1e-9);
  // gramSvd squares what it is given, and that came as float32.
  expect(values[4] / values[0]).toBeLessThan(1e-3);
});

test("refuses a channel or head that is not there", () => {
  expect(() => selectiveScanMatrix(bareScan("mixed"), 6)).toThrow(
    new RangeError("selectiveScanMatrix: channel must be an integer from 0 to 5, got 6"),
  );
  expect(() => ssdMatrix(bareSsd("mixed"), -1)).toThrow(
    new RangeError("ssdMatrix: head must be an integer from 0 to 3, got -1"),
  );
  expect(() => ssdMatrix(bareSsd("mixed"), 0.5)).toThrow("got 0.5");
});
