import {compileBlock, KernelFault} from "./actions.js";
import {type Kernel, type KernelParameter, wrapped} from "./kernel.js";
import {type Place, placesOf} from "./places.js";

/** Numbers by the names of parameters: what a kernel is given, or gives. */
export type KernelValues = Readonly<Record<string, Int32Array>>;

/** Ways of a machine with an index outside of an array: to stop, or to take what lies there in memory. */
export const OUTSIDE = ["stops the kernel", "reaches what lies beside"] as const;
/** A way of a machine with an index outside of an array. */
export type Outside = (typeof OUTSIDE)[number];

/** Options of {@link compileKernel}. */
export interface MachineOptions {
  /** Default: stops the kernel. Beside all memory a load gives 0, and a store does nothing. */
  readonly outside?: Outside;
  /** Statements and rounds of loops after which a kernel is stopped. */
  readonly maxSteps?: number;
}

/** A kernel on a machine with a memory of its own, which keeps what one run leaves for the next. */
export interface KernelMachine {
  /** Fills the memory cell by cell with 32-bit integers, of which each cell keeps the bits of its type. */
  fill(next: () => number): void;
  /**
   * Runs the kernel on numbers, which are stored into the memory in the bits of their types.
   * @returns why it failed, with its name and the statement, or null
   * @throws RangeError if an input is missing or has another length.
   */
  run(inputs: KernelValues): string | null;
  /** Views of what the last run left in the outputs. */
  readonly outputs: KernelValues;
}

const MAX_STEPS = 1e5;

function setInput(
  kernel: string,
  memory: Int32Array,
  {name, type}: KernelParameter,
  {base, length}: Place,
  values: Int32Array,
) {
  if (values?.length !== (length ?? 1)) {
    throw new RangeError(
      `${kernel}: ${name} must have ${length ?? 1} numbers, got ${values?.length ?? "none"}`,
    );
  }
  for (let i = 0; i < values.length; i++) memory[base + i] = wrapped(type, values[i]);
}

/**
 * A machine for a kernel; loops are run as they stand, an `unroll` is for {@link unrolled}.
 * @throws RangeError if a name is unknown or stands twice, an array is taken for a number, or an input is written.
 */
export function compileKernel(
  kernel: Kernel,
  {outside = OUTSIDE[0], maxSteps = MAX_STEPS}: MachineOptions = {},
): KernelMachine {
  const {name, parameters, body} = kernel;
  const {places, size} = placesOf(kernel);
  const memory = new Int32Array(size);
  let steps = 0;
  const step = () => {
    if (++steps > maxSteps) throw new KernelFault(`${name}: runs longer than ${maxSteps} steps`);
  };
  const isChecked = outside === "stops the kernel";
  const run = compileBlock({kernel: name, places, memory, isChecked, step, at: "its head"}, body);
  const placed = parameters.map((parameter) => ({parameter, place: places.get(parameter.name)!}));
  const outputs = placed
    .filter(({place}) => !place.isInput)
    .map(({parameter, place: {base, length}}) => [
      parameter.name,
      memory.subarray(base, base + (length ?? 1)),
    ]);
  return {
    fill(next) {
      for (const {type, base, length} of places.values()) {
        for (let i = 0; i < (length ?? 1); i++) memory[base + i] = wrapped(type, next());
      }
    },
    outputs: Object.fromEntries(outputs),
    run(inputs) {
      steps = 0;
      for (const {parameter, place} of placed) {
        if (place.isInput) setInput(name, memory, parameter, place, inputs[parameter.name]);
      }
      try {
        run();
        return null;
      } catch (error) {
        if (error instanceof KernelFault) return error.message;
        throw error;
      }
    },
  };
}
