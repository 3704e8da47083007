import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {CELLS, type Cell, cellById} from "../../../src/lib/mixers/flash-rnn/cells.js";
import {alternating, fused} from "../../../src/lib/mixers/flash-rnn/forms.js";
import {layerGradients} from "../../../src/lib/mixers/flash-rnn/gradients.js";
import type {GateInputs, RecurrentLayer} from "../../../src/lib/mixers/flash-rnn/recurrent-layer.js";
import {formTraffic} from "../../../src/lib/mixers/flash-rnn/traffic.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

interface Sizes {
  readonly heads: number;
  readonly headDim: number;
  readonly tokens: number;
  readonly batch: number;
}

function drawn(
  cell: Cell,
  {heads, headDim, tokens, batch}: Sizes,
): {layer: RecurrentLayer; inputs: GateInputs} {
  const stream = randomStream(heads * 100 + headDim, `flash-rnn/${cell.id}`);
  const numbers = (count: number) => Float64Array.from({length: count}, () => stream.normal());
  const units = heads * headDim;
  return {
    layer: {
      cell,
      heads,
      headDim,
      recurrent: numbers(cell.gates.recurrent * units * headDim),
      bias: numbers(cell.gates.bias * units),
    },
    inputs: {batch, values: numbers(tokens * batch * cell.gates.input * units)},
  };
}

/** The same layer with one head as wide as all, whose matrix has the blocks and zeros around them. */
function withoutHeads({cell, heads, headDim, recurrent, bias}: RecurrentLayer): RecurrentLayer {
  const units = heads * headDim;
  const whole = new Float64Array(cell.gates.recurrent * units * units);
  recurrent.forEach((value, i) => {
    const [column, row] = [i % headDim, Math.floor(i / headDim)];
    const head = Math.floor((row % units) / headDim);
    whole[row * units + head * headDim + column] = value;
  });
  return {cell, heads: 1, headDim: units, recurrent: whole, bias};
}

const SIZES: Sizes = {heads: 3, headDim: 4, tokens: 7, batch: 2};

describe.each(CELLS)("$name", (cell) => {
  test("gives the same bits in both forms, whatever the sizes, and moves what the model says", () => {
    const side = fc.integer({min: 1, max: 4});
    fc.assert(
      fc.property(fc.record({heads: side, headDim: side, tokens: side, batch: side}), (sizes) => {
        const {layer, inputs} = drawn(cell, sizes);
        const [two, one] = [alternating(layer, inputs), fused(layer, inputs)];
        expect([...one.outputs]).toEqual([...two.outputs]);
        const modelled = formTraffic(cell, sizes);
        expect(two.traffic.weights + two.traffic.activations).toBe(modelled.alternating);
        expect(one.traffic.weights + one.traffic.activations).toBe(modelled.fused);
        expect(one.traffic.weights).toBe(layer.recurrent.length + layer.bias.length);
      }),
      {numRuns: 40},
    );
  });

  test("with heads is one network whose matrix is block-diagonal", () => {
    const {layer, inputs} = drawn(cell, SIZES);
    const [own, whole] = [fused(layer, inputs).outputs, fused(withoutHeads(layer), inputs).outputs];
    own.forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i], 12);
    });
  });

  test("never reads another head's state, nor a later step", () => {
    const {layer, inputs} = drawn(cell, SIZES);
    const before = fused(layer, inputs).outputs;
    const values = inputs.values.slice();
    const units = SIZES.heads * SIZES.headDim;
    // The first gate of head 1 in step 3 of sequence 0.
    values[3 * SIZES.batch * cell.gates.input * units + SIZES.headDim] += 1;
    const after = fused(layer, {...inputs, values}).outputs;
    after.forEach((value, i) => {
      const [step, unit] = [Math.floor(i / (SIZES.batch * units)), i % units];
      const isReached =
        step >= 3 && Math.floor(unit / SIZES.headDim) === 1 && Math.floor(i / units) % SIZES.batch === 0;
      if (!isReached) expect(value).toBe(before[i]);
    });
    expect([...after]).not.toEqual([...before]);
  });

  test("has the gradients that finite differences give", () => {
    const {layer, inputs} = drawn(cell, {heads: 2, headDim: 2, tokens: 4, batch: 2});
    const count = fused(layer, inputs).outputs.length;
    const weights = Float64Array.from({length: count}, (_, i) => Math.cos(i));
    const total = (own: RecurrentLayer, given: GateInputs) =>
      fused(own, given).outputs.reduce((sum, value, i) => sum + weights[i] * value, 0);
    const found = layerGradients(layer, inputs, weights);
    const moved = (x: Float64Array, i: number, by: number) =>
      x.map((value, at) => (at === i ? value + by : value));
    const slope = (f: (by: number) => number) => (f(1e-5) - f(-1e-5)) / 2e-5;
    for (const part of ["recurrent", "bias"] as const) {
      found[part].forEach((value, i) => {
        const at = (by: number) => total({...layer, [part]: moved(layer[part], i, by)}, inputs);
        expect(value).toBeCloseTo(slope(at), 7);
      });
    }
    found.inputs.forEach((value, i) => {
      const at = (by: number) => total(layer, {...inputs, values: moved(inputs.values, i, by)});
      expect(value).toBeCloseTo(slope(at), 7);
    });
  });
});

describe("cells", () => {
  const reached = (...input: number[]) => ({
    input: Float64Array.from(input),
    recurrent: new Float64Array(4),
    bias: new Float64Array(4),
  });

  test("follow their equations", () => {
    const moved = (id: string, states: readonly number[], ...input: number[]) => {
      const own = Float64Array.from(states);
      cellById(id).update(reached(...input), own);
      return [...own];
    };
    expect(moved("elman", [0.3], 0.5)[0]).toBe(Math.tanh(0.5));
    expect(moved("lstm", [0, 2], 0, 0, 0, 0)).toEqual([0.5 * Math.tanh(1), 1]);
    expect(moved("gru", [0.8], 0, 0, 0)[0]).toBeCloseTo(0.4, 12);
    // Whatever the exponents, the first step gives what the gate lets out of the proposal.
    for (const i of [-500, 0, 500])
      expect(moved("slstm", [0, 0, 0, Number.NEGATIVE_INFINITY], i, 3, 0.7, 0)[0]).toBe(0.5 * Math.tanh(0.7));
  });

  test("of the sLSTM stay finite and count at least one, which is why nothing has to keep the count from zero", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({min: -800, max: 800}), fc.integer({min: -800, max: 800})), {
          minLength: 1,
          maxLength: 20,
        }),
        (steps) => {
          const states = Float64Array.from(cellById("slstm").initial);
          for (const [i, f] of steps) {
            cellById("slstm").update(reached(i, f, 1, 1), states);
            expect(states.every(Number.isFinite)).toBe(true);
            expect(states[2]).toBeGreaterThanOrEqual(1);
            expect(Math.abs(states[0])).toBeLessThan(1);
          }
        },
      ),
      {numRuns: 50},
    );
  });

  test("of another name are refused, and sizes that do not fit", () => {
    expect(() => cellById("rnn")).toThrow("cellById: id must be one of elman, lstm, gru, slstm, got rnn");
    const {layer, inputs} = drawn(cellById("gru"), SIZES);
    expect(() => fused({...layer, heads: 2}, inputs)).toThrow(/fused: recurrent/);
    expect(() => alternating(layer, {...inputs, batch: 5})).toThrow(/alternating: tokens/);
  });
});
