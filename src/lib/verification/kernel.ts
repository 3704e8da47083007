/**
 * Loop kernels in a small language like C: integers of any width up to 32 bits, arrays, loops and conditions. An
 * expression is computed in 32 bits, as C computes in int, and wraps; what is stored keeps the bits of its type.
 */

/** An integer type: `i8`, `u4`. A value of an unsigned type has 31 bits at most, so that it fits C's int. */
export interface IntegerType {
  readonly isSigned: boolean;
  readonly bits: number;
}

/** Operators between two integers by how tightly they bind, as in C, loosest first; comparisons give 1 or 0. */
export const OPERATOR_LEVELS = [
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*"],
] as const;
/** An operator between two integers. */
export type Operator = (typeof OPERATOR_LEVELS)[number][number];

/** A sum, a comparison or another operation of two expressions. */
export interface Binary {
  readonly kind: "binary";
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
  /** The number of the copy of a loop's body whose counter this is, from 1 on; only in unrolled loops. */
  readonly copy?: number;
}

/** A number, or how to compute one. */
export type Expression =
  | number
  | {readonly kind: "variable"; readonly name: string}
  | {readonly kind: "element"; readonly array: string; readonly index: Expression}
  | Binary;

/** A variable that lives from here on; without a value it holds what its memory held. */
export interface Declaration {
  readonly kind: "declare";
  readonly type: IntegerType;
  readonly name: string;
  readonly value: Expression | null;
}

/** A loop; its counter begins at `from`, or goes on where it stands, and runs while below `to`. */
export interface Loop {
  readonly kind: "for";
  readonly counter: string;
  readonly from: Expression | null;
  readonly to: Expression;
  readonly step: number;
  /** Copies of the body that {@link unrolled} makes, 1 for none. */
  readonly unroll: number;
  readonly body: readonly Statement[];
}

/** One step of a kernel. */
export type Statement =
  | Declaration
  | {readonly kind: "assign"; readonly name: string; readonly value: Expression}
  | {readonly kind: "store"; readonly array: string; readonly index: Expression; readonly value: Expression}
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | Loop;

/** A name that a kernel reads or writes: of an array, or of a single number where `length` is null. */
export interface KernelParameter {
  readonly direction: "in" | "out";
  readonly type: IntegerType;
  readonly name: string;
  readonly length: number | null;
}

/** A kernel: its parameters and its steps. */
export interface Kernel {
  readonly name: string;
  readonly parameters: readonly KernelParameter[];
  readonly body: readonly Statement[];
}

/** The least value of a type. */
export const leastOf = ({isSigned, bits}: IntegerType): number => (isSigned ? -(2 ** (bits - 1)) : 0);

/** The greatest value of a type. */
export const greatestOf = ({isSigned, bits}: IntegerType): number => 2 ** (isSigned ? bits - 1 : bits) - 1;

/** The value of a type that has the last bits of a 32-bit integer: what a store keeps. */
export function wrapped({isSigned, bits}: IntegerType, value: number): number {
  const unused = 32 - bits;
  return isSigned ? (value << unused) >> unused : (value << unused) >>> unused;
}
