import {DECODERS} from "../../../lib/experiments/shared/decoders.js";
import type {NumberParam, Params, ParamValues} from "../../../lib/technique/params.js";

/** A smaller largest value of a number for values of another parameter: the last layer of a model. */
export interface Limit {
  readonly by: string;
  readonly max: Readonly<Record<string, number>>;
}

/** Limits of some parameters, by name. */
export type Limits = Readonly<Record<string, Limit>>;

/** The limit of a layer counted from 0, beside a `model` among the decoders of this site. */
export const lastLayer: Limit = {
  by: "model",
  max: Object.fromEntries(Object.entries(DECODERS).map(([id, {layers}]) => [id, layers - 1])),
};

/** The largest value of a number beside the values of the other parameters. */
export function largestValue(
  {max}: Pick<NumberParam, "max">,
  limit: Limit | undefined,
  values: Readonly<Record<string, unknown>>,
): number {
  return Math.min(max, limit?.max[String(values[limit.by])] ?? max);
}

/** The values with each number at most what the others allow. */
export function withinLimits<P extends Params>(
  params: P,
  limits: Limits,
  values: ParamValues<P>,
): ParamValues<P> {
  const lowered = Object.entries(limits).flatMap(([name, limit]) => {
    const param = params[name];
    if (param === undefined || !("max" in param)) return [];
    return [[name, Math.min(values[name] as number, largestValue(param, limit, values))] as const];
  });
  return {...values, ...Object.fromEntries(lowered)};
}
