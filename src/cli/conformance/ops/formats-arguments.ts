import {
  type ElementFormat,
  e2m1,
  e2m3,
  e3m2,
  e4m3fn,
  e8m0,
  floatElement,
} from "../../../lib/formats/element.js";
import {mxIntElement} from "../../../lib/formats/mx/mx.js";
import {ROUNDINGS, type Rounding} from "../../../lib/formats/round.js";
import type {CaseOp} from "../op.js";

/** The arguments of a case. */
export type Args = Parameters<CaseOp>[0];

/**
 * A numeric argument, or `fallback` where the file does not give it.
 * @throws RangeError if it is no number, or missing without a fallback.
 */
export function numberArg(args: Args, name: string, fallback?: number): number {
  const value = args[name] ?? fallback;
  if (typeof value !== "number") throw new RangeError(`${name}: must be a number, got ${value}`);
  return value;
}

/**
 * The argument `rounding`; microxcaling's `floor` cuts the magnitude.
 * @throws RangeError if there is no such rule.
 */
export function roundingArg({rounding = "half-even"}: Args): Rounding {
  const name = rounding === "floor" ? "toward-zero" : rounding;
  const known = ROUNDINGS.find((rule) => rule === name);
  if (known === undefined) {
    throw new RangeError(`rounding: must be one of ${ROUNDINGS.join(", ")}, got ${rounding}`);
  }
  return known;
}

/**
 * An element by the name of ml_dtypes: `e4m3fn`, `e4m3b11fnuz`, `e8m0fnu`; 4- and 6-bit `fn` types have no NaN.
 * @throws RangeError if the name is not of this kind.
 */
export function namedElement(name: string): ElementFormat {
  if (name === "e8m0fnu" || name === "e8m0") return e8m0;
  const match = /^e(\d)m(\d)(?:b(\d+))?(fn|fnuz)?$/.exec(name);
  if (match === null) throw new RangeError(`format: must be named like e4m3fn or e5m2, got ${name}`);
  const [, exponentBits, mantissaBits, bias, suffix] = match;
  const bits = Number(exponentBits) + Number(mantissaBits) + 1;
  const finite = suffix === "fn" && bits < 8;
  return floatElement({
    exponentBits: Number(exponentBits),
    mantissaBits: Number(mantissaBits),
    ...(bias === undefined ? {} : {bias: Number(bias)}),
    specials: finite ? "none" : ((suffix as "fn" | "fnuz" | undefined) ?? "ieee"),
  });
}

const mxFloats: Readonly<Record<string, ElementFormat>> = {e2m1, e2m3, e3m2, e4m3: e4m3fn, e4m3fn};

/**
 * An MX element by the name of microxcaling: `fp8_e4m3`, `fp6_e2m3`, `fp4`, `int8`.
 * @throws RangeError if the name is not of this kind.
 */
export function mxElement(name: string): ElementFormat {
  const int = /^int(\d)$/.exec(name);
  if (int !== null) return mxIntElement(Number(int[1]));
  const float = name === "fp4" ? "e2m1" : name.replace(/^fp\d_/, "");
  return mxFloats[float] ?? namedElement(float);
}
