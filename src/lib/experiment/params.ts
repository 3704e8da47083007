/** What every parameter says about itself; inputs, command-line help and error messages are made from it. */
interface ParamBase {
  readonly label: string;
  /** What moving it changes, in one sentence. */
  readonly help?: string;
  /** Rarely moved: a page folds it away. */
  readonly advanced?: boolean;
}

export interface NumberParam extends ParamBase {
  readonly kind: "number" | "integer";
  readonly unit?: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  /** A page offers a logarithmic slider. */
  readonly log?: boolean;
  readonly default: number;
}

export interface ChoiceParam<T extends string = string> extends ParamBase {
  readonly kind: "choice";
  readonly options: readonly T[];
  readonly default: T;
}

/** Any subset of the options, at least one, in the options' order. */
export interface ChoicesParam<T extends string = string> extends ParamBase {
  readonly kind: "choices";
  readonly options: readonly T[];
  readonly default: readonly T[];
}

export interface FlagParam extends ParamBase {
  readonly kind: "flag";
  readonly default: boolean;
}

export type Param = NumberParam | ChoiceParam | ChoicesParam | FlagParam;
export type Params = Readonly<Record<string, Param>>;

export type ParamValue<T extends Param> = T extends NumberParam
  ? number
  : T extends FlagParam
    ? boolean
    : T extends ChoiceParam<infer U>
      ? U
      : T extends ChoicesParam<infer U>
        ? readonly U[]
        : never;

export type ParamValues<P extends Params> = {readonly [K in keyof P]: ParamValue<P[K]>};
