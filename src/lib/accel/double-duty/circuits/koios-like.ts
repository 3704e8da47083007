import type {Builder, Signal} from "../netlist.js";
import {binarySum, sumCircuit} from "../sums.js";
import {
  addAll,
  bitwise,
  choose,
  chooseOfFour,
  constantWord,
  counter,
  equal,
  larger,
  orAll,
  readOnly,
  subtract,
  type Word,
} from "./words.js";

const xnor = (x: number, y: number) => x ^ y ^ 1;

/** Binary neurons: agreements of inputs and weights that are loaded, counted by compressors, against a threshold. */
export function binaryNeurons(builder: Builder, neurons = 3, inputs = 64): void {
  const x = builder.input(inputs);
  for (let i = 0; i < neurons; i++) {
    const agree = bitwise(builder, x, builder.input(inputs), xnor).map((signal) => [signal]);
    const ones = agree.map(() => 1);
    const count = sumCircuit(builder, binarySum(ones, agree), {compressedRows: inputs / 2});
    builder.output([subtract(builder, count, builder.input(count.length)).isNoLess]);
  }
}

/** Lanes behind multipliers of hard blocks: accumulate, clear, cut negative sums off, saturate to 8 bits. */
export function accumulatorLanes(builder: Builder, lanes = 6, width = 20): void {
  const clear = builder.input(1)[0];
  const shift = builder.input(2);
  for (let i = 0; i < lanes; i++) {
    const state = builder.register(width);
    const sum = builder.addWrapped(state, builder.input(16));
    builder.drive(
      state,
      sum.map((bit) => builder.table([bit, clear], (b, c) => b & (c ^ 1))),
    );
    const scaled = chooseOfFour(
      builder,
      shift,
      [0, 2, 4, 6].map((by) => state.slice(by, by + 12)),
    );
    const [negative, over] = [state[width - 1], orAll(builder, scaled.slice(8))];
    builder.output(
      scaled
        .slice(0, 8)
        .map((bit) => builder.table([bit, negative, over], (b, n, o) => (n === 1 ? 0 : b | o))),
    );
  }
}

/** Softmax before its division: the largest of some words, differences to it, exponentials from tables, their sum. */
export function softmaxFront(builder: Builder, words = 8): void {
  const inputs = Array.from({length: words}, () => builder.input(8));
  let level: Word[] = inputs;
  while (level.length > 1) {
    level = Array.from({length: level.length / 2}, (_, i) => larger(builder, level[2 * i], level[2 * i + 1]));
  }
  const powers = inputs.map((word) => {
    const {difference} = subtract(builder, level[0], word);
    const isFar = orAll(builder, difference.slice(6));
    const power = readOnly(builder, difference.slice(0, 6), 8, (at) => Math.round(255 * Math.exp(-at / 8)));
    return power.map((bit) => builder.table([bit, isFar], (b, far) => b & (far ^ 1)));
  });
  builder.output(addAll(builder, powers));
}

/** Gates of a recurrent cell behind hard multipliers: a bias is added, a sigmoid read in pieces, the state mixed. */
export function recurrentGates(builder: Builder, gates = 5): void {
  for (let i = 0; i < gates; i++) {
    const sum = builder.addWrapped(builder.input(16), builder.input(16));
    const [sign, far] = [sum[15], orAll(builder, sum.slice(12, 15))];
    const near = readOnly(builder, sum.slice(6, 12), 8, (at) => Math.round(255 / (1 + Math.exp(-at / 8))));
    const gate = near.map((bit) => builder.table([bit, sign, far], (b, s, f) => (f === 1 ? s ^ 1 : b ^ s)));
    const state = builder.register(16);
    builder.drive(state, builder.addWrapped(choose(builder, gate[7], state, sum), gate));
    builder.output(state);
  }
}

/** Sparse product's control: positions counted, compared with row ends, operands chosen, sums kept by row. */
export function sparseControl(builder: Builder, ports = 4): void {
  const enable = builder.input(1)[0];
  for (let i = 0; i < ports; i++) {
    const ends = builder.input(12);
    const isEnd = builder.register(1);
    const position = counter(builder, 12, enable, isEnd[0]);
    builder.drive(isEnd, [equal(builder, position, ends)]);
    const operand = chooseOfFour(
      builder,
      position.slice(0, 2),
      [0, 1, 2, 3].map(() => builder.input(16)),
    );
    const sum = builder.register(20);
    const next = builder.addWrapped(sum, operand);
    builder.drive(sum, choose(builder, isEnd[0], next, constantWord(0, 20)));
    builder.output(sum as Signal[]);
  }
}
