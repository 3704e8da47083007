import {type Chain, type Netlist, netOf, type Signal, type Table, TRUE} from "./netlist.js";

/** Values of all nets for 32 patterns at once, a bit each. */
export type NetValues = Int32Array;

/** Values of a signal. */
export function signalValues(values: NetValues, signal: Signal): number {
  return values[netOf(signal)] ^ ((signal & 1) === 1 ? -1 : 0);
}

function runTable({inputs, bits, output}: Table, values: NetValues): void {
  let result = 0;
  bits.forEach((bit, pattern) => {
    if (bit === 0) return;
    let all = -1;
    inputs.forEach((net, i) => {
      all &= ((pattern >> i) & 1) === 1 ? values[net] : ~values[net];
    });
    result |= all;
  });
  values[output] = result;
}

function runChain({operands, carryIn, sums}: Chain, values: NetValues): void {
  let carry = carryIn === 1 ? -1 : 0;
  operands.forEach(([left, right], i) => {
    const [a, b] = [signalValues(values, left), signalValues(values, right)];
    values[sums[i]] = a ^ b ^ carry;
    carry = (a & b) | (carry & (a ^ b));
  });
}

/**
 * Values of all nets for 32 patterns of inputs; registers hold what `state` gives by net, else 0.
 * @param inputs a word of 32 patterns for each input of the circuit
 */
export function simulateNetlist(netlist: Netlist, inputs: ArrayLike<number>, state?: NetValues): NetValues {
  const values = new Int32Array(netlist.nets);
  netlist.inputs.forEach((net, i) => {
    values[net] = inputs[i];
  });
  for (const {output} of netlist.registers) values[output] = state?.[output] ?? 0;
  for (const {kind, index} of netlist.order) {
    if (kind === "table") runTable(netlist.tables[index], values);
    else runChain(netlist.chains[index], values);
  }
  return values;
}

/** Contents of registers after a cycle, by net. */
export function nextState(netlist: Netlist, values: NetValues): NetValues {
  const state = new Int32Array(netlist.nets);
  for (const {input, output} of netlist.registers) state[output] = signalValues(values, input);
  return state;
}

/** Number that a word stands for in pattern `pattern` of 32. */
export function wordValue(values: NetValues, word: readonly Signal[], pattern: number): number {
  return word.reduce((sum, signal, i) => sum + ((signalValues(values, signal) >>> pattern) & 1) * 2 ** i, 0);
}

/** True for a constant signal. */
export const isConstant = (signal: Signal): boolean => signal <= TRUE;
