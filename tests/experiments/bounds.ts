import type {Param, Params} from "../../src/lib/technique/params.js";

/** Values of parameters, of a run's setting. */
export type Setting = Readonly<Record<string, unknown>>;

/** The values at which a parameter ends: both ends of a range, the first and the last option, all options, both flags. */
export function bounds(param: Param): readonly unknown[] {
  switch (param.kind) {
    case "integer":
    case "number":
      return [param.min, param.max];
    case "choice":
      return [param.options[0], param.options.at(-1)];
    case "choices":
      return [[param.options[0]], [param.options.at(-1)], param.options];
    case "flag":
      return [false, true];
    default:
      return [];
  }
}

/** Counts that say how much is read, and nothing of how. */
const AMOUNTS = /^(documents|samples|calibration|greedy)$/;

/** The default of a parameter, or of what only makes a run longer the least: one option, one document. */
function least(name: string, param: Param): unknown {
  if (param.kind === "choices") return [param.default[0]];
  if (param.kind === "integer" && AMOUNTS.test(name)) return param.min;
  return param.default;
}

/** The settings of an experiment in which one parameter is at one of its bounds and all others are at their defaults. */
export function settingsAtBounds(params: Params): readonly Setting[] {
  const own = Object.entries(params).filter(([, {kind}]) => kind !== "file");
  const common = Object.fromEntries(own.map(([name, param]) => [name, least(name, param)]));
  const settings = own.flatMap(([name, param]) => bounds(param).map((value) => ({...common, [name]: value})));
  return [...new Map([common, ...settings].map((setting) => [JSON.stringify(setting), setting])).values()];
}
