import {sigmoid} from "../../tensor/activation.js";

/** Numbers of one unit: a number for each gate, or for each state. */
export type Unit = Float64Array;

/** Parts of the gates of one unit: by the input, by the state before, and a bias. */
export interface Reached {
  readonly input: Unit;
  readonly recurrent: Unit;
  readonly bias: Unit;
}

/** The rule of a recurrent cell, unit by unit. */
export interface Cell {
  readonly id: string;
  readonly name: string;
  /** Gates that the state before reaches, that the input reaches, and that have a bias. */
  readonly gates: {readonly recurrent: number; readonly input: number; readonly bias: number};
  /** States of a unit before the first step; the first is what the unit gives. */
  readonly initial: readonly number[];
  /** Moves the states of a unit on, in place. */
  update(reached: Reached, states: Unit): void;
  /**
   * Gradients of what reached the gates, written into `gradients`, of those of the new states; `ofStates` becomes those of the states
   * before, without what flows through the recurrent matrix.
   */
  pull(reached: Reached, before: Unit, ofStates: Unit, gradients: Reached): void;
}

const sum = ({input, recurrent, bias}: Reached, gate: number) => input[gate] + recurrent[gate] + bias[gate];

/** The same gradient for input, recurrent part and bias of a gate that is their sum. */
function toAll(gradients: Reached, gate: number, value: number): void {
  gradients.input[gate] = value;
  gradients.recurrent[gate] = value;
  gradients.bias[gate] = value;
}

/** h = tanh(g). (Elman, doi.org/10.1207/s15516709cog1402_1) */
const elman: Cell = {
  id: "elman",
  name: "Elman",
  gates: {recurrent: 1, input: 1, bias: 1},
  initial: [0],
  update(reached, states) {
    states[0] = Math.tanh(sum(reached, 0));
  },
  pull(reached, _, ofStates, gradients) {
    toAll(gradients, 0, ofStates[0] * (1 - Math.tanh(sum(reached, 0)) ** 2));
    ofStates[0] = 0;
  },
};

/** c = σ(f) c + σ(i) tanh(z), h = σ(o) tanh(c); gates i, f, z, o. (doi.org/10.1162/089976600300015015) */
const lstm: Cell = {
  id: "lstm",
  name: "LSTM",
  gates: {recurrent: 4, input: 4, bias: 4},
  initial: [0, 0],
  update(reached, states) {
    const [i, f, z, o] = lstmGates(reached);
    states[1] = f * states[1] + i * z;
    states[0] = o * Math.tanh(states[1]);
  },
  pull(reached, before, ofStates, gradients) {
    const [i, f, z, o] = lstmGates(reached);
    const bent = Math.tanh(f * before[1] + i * z);
    const ofCell = ofStates[1] + ofStates[0] * o * (1 - bent ** 2);
    toAll(gradients, 0, ofCell * z * i * (1 - i));
    toAll(gradients, 1, ofCell * before[1] * f * (1 - f));
    toAll(gradients, 2, ofCell * i * (1 - z ** 2));
    toAll(gradients, 3, ofStates[0] * bent * o * (1 - o));
    ofStates[0] = 0;
    ofStates[1] = ofCell * f;
  },
};

const lstmGates = (reached: Reached) =>
  [
    sigmoid(sum(reached, 0)),
    sigmoid(sum(reached, 1)),
    Math.tanh(sum(reached, 2)),
    sigmoid(sum(reached, 3)),
  ] as const;

/** h = z h + (1 - z) tanh(n + r g); g reads the state alone, n the input alone. (arXiv:1406.1078, with the reset after the product) */
const gru: Cell = {
  id: "gru",
  name: "GRU",
  gates: {recurrent: 3, input: 3, bias: 4},
  initial: [0],
  update(reached, states) {
    const {z, proposed} = gruGates(reached);
    states[0] = z * states[0] + (1 - z) * proposed;
  },
  pull(reached, before, ofStates, gradients) {
    const {g, r, z, proposed} = gruGates(reached);
    const ofSum = ofStates[0] * (1 - z) * (1 - proposed ** 2);
    const ofReset = ofSum * g * r * (1 - r);
    const ofUpdate = ofStates[0] * (before[0] - proposed) * z * (1 - z);
    gradients.recurrent.set([ofSum * r, ofReset, ofUpdate]);
    gradients.input.set([ofReset, ofUpdate, ofSum]);
    gradients.bias.set([ofSum * r, ofReset, ofUpdate, ofSum]);
    ofStates[0] *= z;
  },
};

function gruGates({input, recurrent, bias}: Reached) {
  const g = recurrent[0] + bias[0];
  const r = sigmoid(input[0] + recurrent[1] + bias[1]);
  const z = sigmoid(input[1] + recurrent[2] + bias[2]);
  return {g, r, z, proposed: Math.tanh(input[2] + bias[3] + r * g)};
}

/**
 * c = f' c + i' tanh(z), n = f' n + i', h = σ(o) c / n with i' = exp(i - m), f' = exp(log σ(f) + m before - m) and the larger
 * exponent as m, so that none overflows; states h, c, n, m. (xLSTM, arXiv:2405.04517, section 2.2)
 */
const slstm: Cell = {
  id: "slstm",
  name: "sLSTM",
  gates: {recurrent: 4, input: 4, bias: 4},
  initial: [0, 0, 0, Number.NEGATIVE_INFINITY],
  update(reached, states) {
    const {i, f, z, o, m} = slstmGates(reached, states[3]);
    states[1] = f * states[1] + i * z;
    states[2] = f * states[2] + i;
    states[3] = m;
    states[0] = (o * states[1]) / states[2];
  },
  // What the cell gives does not change with m, so that m may be taken for a constant.
  pull(reached, before, ofStates, gradients) {
    const {i, f, z, o} = slstmGates(reached, before[3]);
    const c = f * before[1] + i * z;
    const n = f * before[2] + i;
    const ofCell = ofStates[1] + (ofStates[0] * o) / n;
    const ofCount = ofStates[2] - (ofStates[0] * o * c) / n ** 2;
    const kept = f === 0 ? 0 : (ofCell * before[1] + ofCount * before[2]) * f;
    toAll(gradients, 0, (ofCell * z + ofCount) * i);
    toAll(gradients, 1, kept * (1 - sigmoid(sum(reached, 1))));
    toAll(gradients, 2, ofCell * i * (1 - z ** 2));
    toAll(gradients, 3, ((ofStates[0] * c) / n) * o * (1 - o));
    ofStates.set([0, ofCell * f, ofCount * f, 0]);
  },
};

function slstmGates(reached: Reached, before: number) {
  const [i, f] = [sum(reached, 0), sum(reached, 1)];
  const kept = before - Math.log1p(Math.exp(-Math.abs(f))) + Math.min(f, 0);
  const m = Math.max(kept, i);
  return {
    i: Math.exp(i - m),
    f: Math.exp(kept - m),
    z: Math.tanh(sum(reached, 2)),
    o: sigmoid(sum(reached, 3)),
    m,
  };
}

/** Recurrent cells, in the order in which pages show them. */
export const CELLS = [elman, lstm, gru, slstm] as const;

/**
 * A cell by its id.
 * @throws RangeError naming all cells if there is none of this id.
 */
export function cellById(id: string): Cell {
  const found = CELLS.find((cell) => cell.id === id);
  if (found !== undefined) return found;
  throw new RangeError(`cellById: id must be one of ${CELLS.map((cell) => cell.id).join(", ")}, got ${id}`);
}
