import {randomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";
import {compileKernel, type KernelMachine, type KernelValues} from "./compile.js";
import {drawInputs, everyInput, type InputGenerator, inputBits, mixedInputs} from "./generators.js";
import type {Kernel} from "./kernel.js";

/** Inputs, and what the right kernel gives for them. */
export interface KernelTest {
  readonly inputs: KernelValues;
  readonly expected: KernelValues;
}

/** Memories in which a kernel begins: zeros before each test, or what the test before has left. */
export const MEMORIES = ["zeros", "left by the test before"] as const;
/** The memory in which a kernel begins. */
export type Memory = (typeof MEMORIES)[number];

/** A test that a kernel does not pass. */
export interface KernelFailure {
  /** Number of the test, from 1 on. */
  readonly test: number;
  /** Why the kernel stopped, or null where it gave other numbers. */
  readonly reason: string | null;
}

const copyOf = (values: KernelValues): KernelValues =>
  Object.fromEntries(Object.entries(values).map(([name, numbers]) => [name, numbers.slice()]));

function isEqual(a: KernelValues, b: KernelValues): boolean {
  for (const name in a) {
    const [left, right] = [a[name], b[name]];
    for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  }
  return true;
}

/**
 * Random tests of a kernel, their results from the kernel itself.
 * @throws RangeError if count is no integer from 1 on, or the kernel fails on its own inputs.
 */
export function kernelTests(
  kernel: Kernel,
  generator: InputGenerator,
  count: number,
  seed: number,
): KernelTest[] {
  requireInteger("kernelTests", "count", count, 1);
  const stream = randomStream(seed, `inputs of ${kernel.name}, ${generator.id}`);
  const machine = compileKernel(kernel);
  return Array.from({length: count}, () => {
    const inputs = drawInputs(kernel, generator, stream);
    const reason = machine.run(inputs);
    if (reason !== null)
      throw new RangeError(`kernelTests: the kernel must pass its own tests, got ${reason}`);
    return {inputs, expected: copyOf(machine.outputs)};
  });
}

const isPassed = (
  machine: KernelMachine,
  {inputs, expected}: KernelTest,
): KernelFailure["reason"] | boolean => machine.run(inputs) ?? isEqual(expected, machine.outputs);

/** The first test that a machine does not pass, from a memory of zeros on, or null. */
export function firstFailure(
  machine: KernelMachine,
  tests: readonly KernelTest[],
  memory: Memory,
): KernelFailure | null {
  machine.fill(() => 0);
  for (let i = 0; i < tests.length; i++) {
    if (memory === "zeros") machine.fill(() => 0);
    const passed = isPassed(machine, tests[i]);
    if (passed !== true) return {test: i + 1, reason: passed === false ? null : passed};
  }
  return null;
}

/** Inputs of at most so many bits are tried all. */
const EXHAUSTIVE_BITS = 16;
/** Random tests in place of all inputs. */
const MANY_TESTS = 4096;

/** A judgement on whether a changed kernel does something else for any input and any memory. */
export interface Difference {
  readonly differs: boolean;
  /** Whether every input was tried, so that a kernel that does not differ is proved to be the same. */
  readonly isExhaustive: boolean;
  /** Inputs tried until it differed, or all. */
  readonly tried: number;
}

function* manyInputs(kernel: Kernel): Generator<KernelValues> {
  const stream = randomStream(1, `difference of ${kernel.name}`);
  for (let i = 0; i < MANY_TESTS; i++) yield drawInputs(kernel, mixedInputs, stream);
}

/**
 * Tells mutants from kernels that are only written in another way: every input where all of them have 16 bits at most,
 * else 4096 random ones, each from a memory of random numbers. (Equivalent mutants: DeMillo, Lipton and Sayward, Hints
 * on test data selection, doi.org/10.1109/C-M.1978.218136)
 */
export function differenceOf(kernel: Kernel, mutant: Kernel): Difference {
  const [right, other] = [compileKernel(kernel), compileKernel(mutant)];
  const stream = randomStream(2, `memory of ${kernel.name}`);
  const isExhaustive = inputBits(kernel) <= EXHAUSTIVE_BITS;
  let tried = 0;
  for (const inputs of isExhaustive ? everyInput(kernel) : manyInputs(kernel)) {
    tried++;
    other.fill(() => stream.integer(2 ** 32) | 0);
    right.run(inputs);
    const differs = other.run(inputs) !== null || !isEqual(right.outputs, other.outputs);
    if (differs) return {differs, isExhaustive, tried};
  }
  return {differs: false, isExhaustive, tried};
}
