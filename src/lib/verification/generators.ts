import {registry} from "../technique/registry.js";
import type {RandomStream} from "../tensor/random.js";
import type {KernelValues} from "./compile.js";
import {greatestOf, type IntegerType, type Kernel, leastOf} from "./kernel.js";

/** A way to draw the numbers of one input. */
export interface InputGenerator {
  readonly id: string;
  readonly label: string;
  draw(type: IntegerType, count: number, stream: RandomStream): Int32Array;
}

const filled = (count: number, draw: () => number): Int32Array => Int32Array.from({length: count}, draw);

const anyOf = ({bits, ...rest}: IntegerType, stream: RandomStream): number =>
  leastOf({bits, ...rest}) + stream.integer(2 ** bits);

/** Every value of the type equally often. */
export const uniformInputs: InputGenerator = {
  id: "uniform",
  label: "uniform",
  draw: (type, count, stream) => filled(count, () => anyOf(type, stream)),
};

/** Numbers from -2 to 2, as far as the type has them. */
export const smallInputs: InputGenerator = {
  id: "small",
  label: "small",
  draw(type, count, stream) {
    const [least, greatest] = [Math.max(-2, leastOf(type)), Math.min(2, greatestOf(type))];
    return filled(count, () => least + stream.integer(greatest - least + 1));
  },
};

/** The ends of the type, their neighbours, and zero with its neighbours: half of the inputs have one of them throughout. */
export const boundaryInputs: InputGenerator = {
  id: "boundary",
  label: "boundary values",
  draw(type, count, stream) {
    const [least, greatest] = [leastOf(type), greatestOf(type)];
    const values = [least, greatest, least, greatest, 0, 1, type.isSigned ? -1 : least + 1, greatest - 1];
    const one = () => values[stream.integer(values.length)];
    const isSame = stream.integer(2) === 0;
    const same = one();
    return filled(count, () => (isSame ? same : one()));
  },
};

/** Three of four numbers are zero, the others any. */
export const sparseInputs: InputGenerator = {
  id: "sparse",
  label: "sparse",
  draw: (type, count, stream) => filled(count, () => (stream.integer(4) === 0 ? anyOf(type, stream) : 0)),
};

const PURE = [uniformInputs, smallInputs, boundaryInputs, sparseInputs] as const;

/** Each input in one of the four ways, drawn anew for each input of each test. */
export const mixedInputs: InputGenerator = {
  id: "mixed",
  label: "all four mixed",
  draw: (type, count, stream) => PURE[stream.integer(PURE.length)].draw(type, count, stream),
};

/** Ways to draw inputs, in the order in which pages show them. */
export const inputGenerators = registry("input generators", [...PURE, mixedInputs]);

const inputsOf = ({parameters}: Kernel) => parameters.filter(({direction}) => direction === "in");

/** Numbers for all inputs of a kernel. */
export const drawInputs = (kernel: Kernel, generator: InputGenerator, stream: RandomStream): KernelValues =>
  Object.fromEntries(
    inputsOf(kernel).map(({name, type, length}) => [name, generator.draw(type, length ?? 1, stream)]),
  );

/** Bits of all inputs of a kernel together: there are as many different inputs as their power of two. */
export const inputBits = (kernel: Kernel): number =>
  inputsOf(kernel).reduce((sum, {type, length}) => sum + type.bits * (length ?? 1), 0);

/** Every input that a kernel can have. */
export function* everyInput(kernel: Kernel): Generator<KernelValues> {
  const parameters = inputsOf(kernel);
  const total = 2 ** inputBits(kernel);
  for (let number = 0; number < total; number++) {
    let rest = number;
    const next = (type: IntegerType) => {
      const digit = rest % 2 ** type.bits;
      rest = Math.floor(rest / 2 ** type.bits);
      return leastOf(type) + digit;
    };
    yield Object.fromEntries(
      parameters.map(({name, type, length}) => [name, filled(length ?? 1, () => next(type))]),
    );
  }
}
