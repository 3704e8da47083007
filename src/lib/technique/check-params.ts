import {allowedValues, isOpened, type Param, type Params, type ParamValues} from "./params.js";

// Plain code and no schema library: six kinds of parameter do not earn a page 85 kB before its first figure.

/**
 * All parameters of one setting: the given ones checked, the missing ones at their defaults.
 * @throws RangeError naming the parameter, what it may be and what it was; `where` begins the message.
 */
export function checkParams<P extends Params>(
  where: string,
  params: P,
  given: Readonly<Record<string, unknown>>,
): ParamValues<P> {
  const stray = Object.keys(given).find((name) => !Object.hasOwn(params, name));
  if (stray !== undefined) {
    const names = Object.keys(params);
    const known = names.length > 0 ? `must be one of ${names.join(", ")}` : "is not known: there are none";
    throw new RangeError(`${where}: a parameter ${known}, got ${shown(stray)}`);
  }
  const values = Object.entries(params).map(([name, param]) => {
    const value = given[name] === undefined ? param.default : given[name];
    if (!isAllowed(param, value)) {
      throw new RangeError(`${where}: ${name} must be ${allowedValues(param)}, got ${shown(value)}`);
    }
    return [name, param.kind === "choices" ? inOrder(param.options, value as typeof param.options) : value];
  });
  return Object.fromEntries(values) as ParamValues<P>;
}

function isAllowed(param: Param, value: unknown): boolean {
  switch (param.kind) {
    case "choice":
      return param.options.includes(value as never);
    case "choices":
      return Array.isArray(value) && value.length > 0 && isSubset(value, param.options);
    case "flag":
      return typeof value === "boolean";
    case "file":
      return value === null || (isOpened(value) && (param.holds === "file") === "read" in value);
    case "text":
      return typeof value === "string" && value.length <= param.maxLength;
    case "integer":
      return Number.isInteger(value) && inRange(param, value as number);
    case "number":
      return typeof value === "number" && inRange(param, value);
  }
}

/** NaN is in no range. */
const inRange = ({min, max}: {readonly min: number; readonly max: number}, value: number) =>
  value >= min && value <= max;

const isSubset = (chosen: readonly unknown[], options: readonly unknown[]) =>
  new Set(chosen).size === chosen.length && chosen.every((option) => options.includes(option));

const inOrder = <T>(options: readonly T[], chosen: readonly T[]) =>
  options.filter((option) => chosen.includes(option));

/**
 * Checks that the files without which a run makes no sense are there.
 * @throws RangeError naming the first that is missing; `where` begins the message.
 */
export function requireFiles<P extends Params>(where: string, params: P, values: ParamValues<P>): void {
  for (const [name, param] of Object.entries(params)) {
    if (param.kind === "file" && param.required && values[name] === null) {
      throw new RangeError(`${where}: ${name} must be ${allowedValues(param)}, got none`);
    }
  }
}

/** A value as an error message shows it: text in quotes, cut at 80 characters. */
export function shown(value: unknown): string {
  const text = typeof value === "string" || Array.isArray(value) ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
