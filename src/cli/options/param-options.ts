/** Parameters of an experiment as options of the command line. */
import type {Experiment} from "../../lib/experiment/experiment.js";
import {FormatError} from "../../lib/io/format-error.js";
import {checkParams} from "../../lib/technique/check-params.js";
import {allowedValues, type Param, type Params, paramFromText} from "../../lib/technique/params.js";
import {complain} from "../terminal/print.js";
import {type Call, notOneOf, type OptionSpecs, UsageError} from "../terminal/usage.js";

/** The options of one experiment: its parameters, with what they may be and what they are if not given. */
export function paramOptions({params}: Pick<Experiment, "params">): OptionSpecs {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      const {label, help} = param;
      const allowed = allowedValues(param);
      const fallback = param.kind === "file" ? (param.required ? "" : " (none)") : ` (${param.default})`;
      const sentences = [`${label}.`, help, `${allowed[0].toUpperCase()}${allowed.slice(1)}${fallback}.`];
      const text = sentences.filter(Boolean).join(" ");
      return [name, {help: text, ...(param.kind === "flag" ? {} : {value: valueName(param)})}];
    }),
  );
}

function valueName(param: Param): string {
  return (param.kind === "file" ? param.holds : param.kind).toUpperCase();
}

/**
 * The values of a call's options, files left out.
 * @param mark before a parameter's name in a message, as its option is written
 * @throws UsageError naming the option, what it may be and, for a name, the one that was probably meant.
 */
export function paramsOf(
  command: string,
  {params}: Pick<Experiment, "params">,
  {options}: Call,
  mark = "--",
): Record<string, unknown> {
  const given = Object.entries(params).filter(([name, {kind}]) => kind !== "file" && options.has(name));
  const values = given.map(([name, param]) => {
    const value = paramFromText(param, String(options.get(name)));
    checkNames(`${command}: ${mark}${name}`, param, value);
    return [name, value] as const;
  });
  try {
    checkParams(command, params, Object.fromEntries(values));
  } catch (error) {
    throw usageOf(command, command, params, error, mark);
  }
  return Object.fromEntries(values);
}

function checkNames(what: string, param: Param, value: unknown): void {
  if (param.kind !== "choice" && param.kind !== "choices") return;
  const wrong = [value].flat().find((item) => !param.options.includes(item as never));
  if (wrong !== undefined) throw notOneOf(what, String(wrong), param.options.map(String));
}

/**
 * The error of a wrong call for a RangeError that names a parameter after `where`, its name as the option is written;
 * any other error as it is.
 */
export function usageOf(
  command: string,
  where: string,
  params: Params,
  error: unknown,
  mark = "--",
): unknown {
  if (!(error instanceof RangeError) || !error.message.startsWith(`${where}: `)) return error;
  const message = error.message.slice(where.length + 2);
  const [first] = message.split(" ");
  return new UsageError(`${command}: ${Object.hasOwn(params, first) ? mark : ""}${message}`);
}

/**
 * The error of a wrong call for one that says what a value must be, where all that a run got are the values of its call;
 * any other error as it is.
 */
export function wrongValue(command: string, error: unknown): unknown {
  const isRefusal = error instanceof RangeError || error instanceof FormatError || error instanceof TypeError;
  if (!isRefusal || !/ must |is wrong/.test(error.message)) return error;
  return new UsageError(
    error.message.startsWith(`${command}: `) ? error.message : `${command}: ${error.message}`,
  );
}

/** Says of each option that was given and has no effect what it would take to have one. */
export function remarkIdle(
  command: string,
  {options}: Call,
  idle: Readonly<Record<string, string | false>>,
): void {
  for (const [name, why] of Object.entries(idle)) {
    if (why !== false && options.has(name)) complain(`${command}: --${name} has no effect ${why}`);
  }
}
