/**
 * A signal: twice the number of its net, plus 1 where it is inverted. Net 0 is constant: `FALSE` and `TRUE` are its signals.
 * A word is a list of signals, least significant first.
 */
export type Signal = number;
export const FALSE: Signal = 0;
export const TRUE: Signal = 1;

/** Net of a signal. */
export const netOf = (signal: Signal): number => signal >> 1;

/** Lookup table of at most six inputs. */
export interface Table {
  /** Nets; the first counts 1 in the place of a bit. */
  readonly inputs: readonly number[];
  /** Output, 0 or 1, for each of the 2^inputs patterns. */
  readonly bits: readonly number[];
  readonly output: number;
}

/** Ripple chain of full adders. Operands are nets as they are or constants. */
export interface Chain {
  readonly operands: readonly (readonly [Signal, Signal])[];
  readonly carryIn: 0 | 1;
  /** Nets of the sums, as many as operands. */
  readonly sums: readonly number[];
}

/** Flip-flop: its output is what its input was one cycle ago. */
export interface Register {
  readonly input: Signal;
  readonly output: number;
}

/** A cell in the order in which values flow. */
export interface CellPlace {
  readonly kind: "table" | "chain";
  readonly index: number;
}

/** Circuit of tables, adder chains and registers. */
export interface Netlist {
  readonly nets: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly Signal[];
  readonly tables: readonly Table[];
  readonly chains: readonly Chain[];
  readonly registers: readonly Register[];
  /** Every table and chain after all that feed it. */
  readonly order: readonly CellPlace[];
}

/** Parts with which a circuit is built. */
export interface Builder {
  /** New inputs of the circuit. */
  input(width: number): Signal[];
  /** Signal of a table of `value`; constants and inversions of the inputs are folded into it. */
  table(inputs: readonly Signal[], value: (...bits: number[]) => number): Signal;
  /** Sums of two words by a chain, one bit longer than the longer word: the last bit is the carry. */
  add(a: readonly Signal[], b: readonly Signal[], carryIn?: 0 | 1): Signal[];
  /** Sums of two words by a chain without the carry. */
  addWrapped(a: readonly Signal[], b: readonly Signal[], carryIn?: 0 | 1): Signal[];
  /** Registers whose inputs are set later by `drive`. */
  register(width: number): Signal[];
  drive(registers: readonly Signal[], inputs: readonly Signal[]): void;
  output(signals: readonly Signal[]): void;
  finish(): Netlist;
}

/** Nets that a table really depends on, and its bits over them. */
function folded(inputs: readonly Signal[], value: (...bits: number[]) => number) {
  const nets = [...new Set(inputs.map(netOf))].filter((net) => net !== 0);
  const bits = Array.from({length: 2 ** nets.length}, (_, pattern) => {
    const bitOf = (signal: Signal) => {
      const net = netOf(signal);
      const plain = net === 0 ? 0 : (pattern >> nets.indexOf(net)) & 1;
      return plain ^ (signal & 1);
    };
    return value(...inputs.map(bitOf)) & 1;
  });
  return {nets, bits};
}

/** A builder of an empty circuit. */
export function netlistBuilder(): Builder {
  let nets = 1;
  const inputs: number[] = [];
  const outputs: Signal[] = [];
  const tables: Table[] = [];
  const chains: Chain[] = [];
  const registers: {input: Signal; output: number}[] = [];
  const order: CellPlace[] = [];
  const fresh = () => nets++;

  function table(signals: readonly Signal[], value: (...bits: number[]) => number): Signal {
    const {nets: used, bits} = folded(signals, value);
    if (used.length > 6) throw new RangeError(`table: inputs must be at most 6 nets, got ${used.length}`);
    if (bits.every((bit) => bit === bits[0])) return bits[0];
    if (used.length === 1) return 2 * used[0] + (bits[0] === 1 ? 1 : 0);
    const output = fresh();
    order.push({kind: "table", index: tables.length});
    tables.push({inputs: used, bits, output});
    return 2 * output;
  }

  /** An adder takes no inverted net: a table inverts it. */
  function operand(signal: Signal): Signal {
    if ((signal & 1) === 0 || netOf(signal) === 0) return signal;
    const output = fresh();
    order.push({kind: "table", index: tables.length});
    tables.push({inputs: [netOf(signal)], bits: [1, 0], output});
    return 2 * output;
  }

  function chain(a: readonly Signal[], b: readonly Signal[], width: number, carryIn: 0 | 1): Signal[] {
    const operands = Array.from(
      {length: width},
      (_, i) => [operand(a[i] ?? FALSE), operand(b[i] ?? FALSE)] as const,
    );
    const sums = operands.map(fresh);
    order.push({kind: "chain", index: chains.length});
    chains.push({operands, carryIn, sums});
    return sums.map((net) => 2 * net);
  }

  return {
    input(width) {
      const word = Array.from({length: width}, fresh);
      for (const net of word) inputs.push(net);
      return word.map((net) => 2 * net);
    },
    table,
    add: (a, b, carryIn = 0) => chain(a, b, Math.max(a.length, b.length) + 1, carryIn),
    addWrapped: (a, b, carryIn = 0) => chain(a, b, Math.max(a.length, b.length), carryIn),
    register(width) {
      const word = Array.from({length: width}, fresh);
      for (const output of word) registers.push({input: FALSE, output});
      return word.map((net) => 2 * net);
    },
    drive(word, values) {
      word.forEach((signal, i) => {
        const place = registers.findIndex(({output}) => output === netOf(signal));
        registers[place] = {input: values[i] ?? FALSE, output: netOf(signal)};
      });
    },
    output(signals) {
      for (const signal of signals) outputs.push(signal);
    },
    finish: () => ({nets, inputs, outputs, tables, chains, registers, order}),
  };
}

/** Bits of adders and tables by size of a circuit. */
export function netlistElements({chains, tables}: Netlist): {adderBits: number; lut5: number; lut6: number} {
  const lut6 = tables.filter(({inputs}) => inputs.length === 6).length;
  const adderBits = chains.reduce((sum, {sums}) => sum + sums.length, 0);
  return {adderBits, lut5: tables.length - lut6, lut6};
}
