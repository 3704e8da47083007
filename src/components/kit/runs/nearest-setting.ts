import type {Param, Params, ParamValue, ParamValues} from "../../../lib/technique/params.js";
import {paramToText} from "../../../lib/technique/params.js";
import {valueText} from "../text/value-text.js";

const textOf = (value: unknown) => paramToText(value as ParamValue<Param>);

/** The parameters in which two settings differ, each with the value of the first one, as `Method GPTQ`. */
export function differences<P extends Params>(
  params: P,
  shown: ParamValues<P>,
  asked: ParamValues<P>,
): string[] {
  return Object.entries(params)
    .filter(([name]) => textOf(shown[name as keyof P]) !== textOf(asked[name as keyof P]))
    .map(([name, param]) => {
      const value = valueText(param, shown[name as keyof P] as ParamValue<Param>);
      const isShort = value !== "" && value.length <= 40;
      return isShort ? `${param.label} ${value}` : `another choice of ${param.label}`;
    });
}

/**
 * Distance of two settings: 1 for every choice, flag or text that differs, and for a number the part of its range
 * between the two, on a logarithmic scale where its slider has one.
 */
export function settingDistance<P extends Params>(params: P, a: ParamValues<P>, b: ParamValues<P>): number {
  return Object.entries(params).reduce(
    (sum, [name, param]) => sum + paramDistance(param, a[name as keyof P], b[name as keyof P]),
    0,
  );
}

function paramDistance(param: Param, a: unknown, b: unknown): number {
  if (param.kind !== "number" && param.kind !== "integer") return textOf(a) === textOf(b) ? 0 : 1;
  const place = (value: unknown) => (param.log ? Math.log(Number(value)) : Number(value));
  return Math.abs(place(a) - place(b)) / (place(param.max) - place(param.min));
}
