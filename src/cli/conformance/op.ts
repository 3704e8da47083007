/** A tensor of a golden file, decoded: `data` is the typed array of its dtype (bf16bits: Uint16Array). */
export interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | Int32Array | Uint16Array | Int8Array | Uint8Array;
}

/** Text and other JSON of a golden file. */
export interface GoldenValues {
  readonly dtype: "utf8" | "json";
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

export type GoldenInput = GoldenTensor | GoldenValues;

/**
 * Return value of an op for an output: numbers (the runner brings them to the dtype and shape that the file
 * declares; give `shape` where the file leaves it open), or any JSON value for utf8 and json outputs.
 */
export type OpOutput =
  | ArrayLike<number>
  | {readonly data: ArrayLike<number>; readonly shape: readonly number[]}
  | unknown;

/**
 * Computes one case of a golden file with the library: `args` are the file's params with the case's own laid
 * over them; inputs and outputs are named by role. Where a role names several inputs, it holds them in order.
 */
export type CaseOp = (
  args: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, GoldenInput | readonly GoldenInput[]>>,
) => Readonly<Record<string, OpOutput>>;

/** Computes the `computed` columns of one row of a golden table from the given ones. */
export type RowOp = (
  row: Readonly<Record<string, unknown>>,
  params: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>>;

/** The ops of one family by name; a name may stand in one family only. */
export interface Ops {
  readonly cases?: Readonly<Record<string, CaseOp>>;
  readonly rows?: Readonly<Record<string, RowOp>>;
}
