import type {ByteSource, ModelFolder} from "./opened-file.js";

/** Properties of every parameter; inputs, command-line help and error messages are made from them. */
interface ParamBase {
  readonly label: string;
  /** The effect of moving it, in one sentence. */
  readonly help?: string;
  /** Rarely moved: a page folds it away. */
  readonly advanced?: boolean;
}

/** A number from a range. */
export interface NumberParam extends ParamBase {
  readonly kind: "number" | "integer";
  readonly unit?: string;
  readonly min: number;
  readonly max: number;
  /** The step of a slider; values between the steps are allowed too. */
  readonly step?: number;
  /** A page offers a logarithmic slider. */
  readonly log?: boolean;
  readonly default: number;
}

/** One option of a choice: a name, or a number such as a block size. */
export type Option = string | number;

/** Words for options, by option. */
export type OptionNames = Readonly<Record<string, string>>;

/** One of several options. */
export interface ChoiceParam<T extends Option = Option> extends ParamBase {
  readonly kind: "choice";
  readonly options: readonly T[];
  /** Words for options that are ids, as controls show them; any other option stands for itself. */
  readonly names?: OptionNames;
  readonly default: T;
}

/** Any subset of the options, at least one, in the options' order. */
export interface ChoicesParam<T extends Option = Option> extends ParamBase {
  readonly kind: "choices";
  readonly options: readonly T[];
  /** Words for options that are ids, as controls show them; any other option stands for itself. */
  readonly names?: OptionNames;
  readonly default: readonly T[];
  /** The column that says which option a row is of, where the rows of several options are those of each alone. */
  readonly rowsBy?: string;
}

/** Yes or no. */
export interface FlagParam extends ParamBase {
  readonly kind: "flag";
  readonly default: boolean;
}

/** A text as it is, such as a small JSON file of a reader's own; the experiment states the allowed content. */
export interface TextParam extends ParamBase {
  readonly kind: "text";
  /** Characters. */
  readonly maxLength: number;
  readonly default: string;
}

/**
 * A file or a model folder of the caller's own. It arrives in a run opened, for reading by ranges: the command line opens a
 * path, the worker of a page a `File`. null stands for none.
 */
export interface FileParam<H extends "file" | "folder" = "file" | "folder"> extends ParamBase {
  readonly kind: "file";
  readonly holds: H;
  /** The kind of file, as it stands after "a": `safetensors file`. */
  readonly accepts: string;
  /** A run without it makes no sense. */
  readonly required?: boolean;
  readonly default: null;
}

/** An opened file or folder. */
export type Opened<H extends "file" | "folder" = "file" | "folder"> = H extends "file"
  ? ByteSource
  : ModelFolder;

/** A parameter of any kind. */
export type Param = NumberParam | ChoiceParam | ChoicesParam | FlagParam | TextParam | FileParam;
/** The parameters of an experiment or a technique, by name. */
export type Params = Readonly<Record<string, Param>>;

/** The value of a parameter. */
export type ParamValue<T extends Param> = T extends NumberParam
  ? number
  : T extends FlagParam
    ? boolean
    : T extends TextParam
      ? string
      : T extends FileParam<infer H>
        ? Opened<H> | null
        : T extends {readonly kind: "choice"; readonly options: readonly (infer U)[]}
          ? U
          : T extends {readonly kind: "choices"; readonly options: readonly (infer U)[]}
            ? readonly U[]
            : never;

/** The values of all parameters, by name. */
export type ParamValues<P extends Params> = {readonly [K in keyof P]: ParamValue<P[K]>};

/** Allowed values of a parameter, in words: `one of 16, 32`, `an integer from 2 to 8`. */
export function allowedValues(param: Param): string {
  switch (param.kind) {
    case "choice":
      return `one of ${param.options.join(", ")}`;
    case "choices":
      return `one or more, each once, of ${param.options.join(", ")}`;
    case "flag":
      return "true or false";
    case "file":
      return `a ${param.accepts}`;
    case "text":
      return `a text of at most ${param.maxLength} characters`;
    default:
      return `${param.kind === "integer" ? "an integer" : "a number"} from ${param.min} to ${param.max}`;
  }
}

/**
 * The value that a text stands for: a number, an option, options between commas, `true` or `false`. A text that
 * stands for nothing allowed comes back as it is, for the check of the parameters to refuse by name.
 */
export function paramFromText(param: Param, text: string): unknown {
  const option = (name: string) => optionsOf(param).find((each) => String(each) === name.trim()) ?? name;
  switch (param.kind) {
    case "choice":
      return option(text);
    case "choices":
      return text.split(",").map(option);
    case "flag":
      return text === "true" ? true : text === "false" ? false : text;
    case "text":
    case "file":
      return text;
    default:
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
  }
}

/**
 * The text that stands for a value, on a command line or in a URL; `paramFromText` reads it back. Nothing stands for an
 * opened file.
 */
export function paramToText(value: ParamValue<Param>): string {
  if (value === null || isOpened(value)) return "";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** Tells an opened file or folder from other values. */
export function isOpened(value: unknown): value is Opened {
  if (typeof value !== "object" || value === null) return false;
  return "read" in value || "open" in value;
}

function optionsOf(param: Param): readonly Option[] {
  return param.kind === "choice" || param.kind === "choices" ? param.options : [];
}
