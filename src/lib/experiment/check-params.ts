import * as v from "valibot";
import {allowedValues, type Param, type Params, type ParamValues} from "./params.js";

/**
 * All parameters of one setting: the given ones checked, the missing ones at their defaults.
 * @throws RangeError naming the parameter, what it may be and what it was; `where` begins the message.
 */
export function checkParams<P extends Params>(
  where: string,
  params: P,
  given: Readonly<Record<string, unknown>>,
): ParamValues<P> {
  const result = v.safeParse(paramsSchema(params), given, {abortEarly: true});
  if (result.success) return result.output as ParamValues<P>;
  const name = String(result.issues[0].path?.[0]?.key);
  const param = Object.hasOwn(params, name) ? params[name] : undefined;
  if (param === undefined) {
    const names = Object.keys(params);
    const known = names.length > 0 ? `must be one of ${names.join(", ")}` : "is not known: there are none";
    throw new RangeError(`${where}: a parameter ${known}, got ${shown(name)}`);
  }
  throw new RangeError(`${where}: ${name} must be ${allowedValues(param)}, got ${shown(given[name])}`);
}

/** The valibot schema of a whole setting: every parameter optional with its default, no other key. */
export function paramsSchema(params: Params) {
  const entries = Object.entries(params).map(([name, param]) => [
    name,
    v.optional(paramSchema(param), param.default as never),
  ]);
  return v.strictObject(Object.fromEntries(entries) as Record<string, v.GenericSchema>);
}

function paramSchema(param: Param): v.GenericSchema {
  switch (param.kind) {
    case "choice":
      return v.picklist(param.options);
    case "choices":
      return v.pipe(
        v.array(v.picklist(param.options)),
        v.minLength(1),
        v.check((chosen) => new Set(chosen).size === chosen.length),
        v.transform((chosen) => param.options.filter((option) => chosen.includes(option))),
      );
    case "flag":
      return v.boolean();
    case "text":
      return v.pipe(v.string(), v.maxLength(param.maxLength));
    default: {
      const inRange = v.pipe(v.number(), v.minValue(param.min), v.maxValue(param.max));
      return param.kind === "integer" ? v.pipe(inRange, v.integer()) : inRange;
    }
  }
}

/** A value as an error message shows it: text in quotes, cut at 80 characters. */
export function shown(value: unknown): string {
  const text = typeof value === "string" || Array.isArray(value) ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
