/** Parameters of the decoding methods as options of `generate`. */

import type {DecodingMethod} from "../../lib/decoding/method.js";
import {decodingMethods} from "../../lib/decoding/registry.js";
import {type Call, type OptionSpecs, text, UsageError} from "../terminal/usage.js";
import {paramOptions, paramsOf} from "./param-options.js";

/** Every parameter that a method has, once, with the methods that have it and what it is there if not given. */
export function methodOptions(methods: readonly DecodingMethod[] = decodingMethods.all): OptionSpecs {
  const all: Record<string, OptionSpecs[string]> = {};
  for (const name of new Set(methods.flatMap(({params}) => Object.keys(params)))) {
    const having = methods.filter(({params}) => Object.hasOwn(params, name));
    const {help, ...spec} = paramOptions(having[0])[name];
    const defaults = having.map(({id, params}) => `${id} ${params[name].default}`).join(", ");
    all[name] = {...spec, help: `${help.replace(/ \([^)]*\)\.$/, "")}: ${defaults}.`};
  }
  return all;
}

/**
 * The settings of the chosen method, as `generate` takes them: name=value between commas.
 * @throws UsageError for an option that only other methods have, and for a value that is not allowed.
 */
export function methodSettings(call: Call): string {
  const method = decodingMethods.byId(text(call, "method") ?? "plain");
  const own = Object.keys(method.params);
  const stray = Object.keys(methodOptions()).find((name) => call.options.has(name) && !own.includes(name));
  if (stray !== undefined) {
    const has =
      own.length > 0 ? `which has ${own.map((name) => `--${name}`).join(", ")}` : "which has no settings";
    throw new UsageError(`generate: --${stray} must be left out with --method ${method.id}, ${has}`);
  }
  const values = paramsOf("generate", method, call);
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
