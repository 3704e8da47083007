import type {ElementFormat, FloatElement} from "../../../lib/formats/element.js";
import {exactText} from "../../kit/text/number-text.js";

/** Field of a code that a bit belongs to. */
export type BitField = "sign" | "exponent" | "mantissa" | "integer";

/** The fields of a code's bits, from the top bit down. */
export function bitFields(element: ElementFormat): BitField[] {
  if (element.kind === "int") return Array<BitField>(element.bits).fill("integer");
  return [
    ...Array<BitField>(element.signed ? 1 : 0).fill("sign"),
    ...Array<BitField>(element.exponentBits).fill("exponent"),
    ...Array<BitField>(element.mantissaBits).fill("mantissa"),
  ];
}

/** Computation of a code's value, as a reader would do it by hand. */
export function codeFormula(element: ElementFormat, code: number): string {
  const value = element.values[code];
  if (!Number.isFinite(value)) return `code ${code} is kept for ${Number.isNaN(value) ? "NaN" : "infinity"}`;
  return element.kind === "int"
    ? intFormula(element.values[code], element.fractionBits)
    : floatFormula(element, code, value);
}

function intFormula(value: number, fractionBits: number): string {
  const integer = value * 2 ** fractionBits;
  return fractionBits === 0
    ? `${exactText(integer)}, the integer itself`
    : `${exactText(integer)} / 2^${fractionBits} = ${exactText(value)}`;
}

function floatFormula(element: FloatElement, code: number, value: number): string {
  const {mantissaBits, exponentBits, bias, signBit, hasZero} = element;
  const magnitude = code & ~signBit;
  const mantissa = magnitude & (2 ** mantissaBits - 1);
  const exponent = magnitude >> mantissaBits;
  const sign = (code & signBit) !== 0 ? "−" : "";
  const fraction = mantissaBits === 0 ? "" : `${mantissa}/${2 ** mantissaBits}`;
  const power =
    exponent === 0 && hasZero ? `2^(1 − ${bias})` : exponentBits > 0 ? `2^(${exponent} − ${bias})` : "1";
  const significand =
    exponent === 0 && hasZero ? fraction || "0" : fraction === "" ? "1" : `(1 + ${fraction})`;
  return `${sign}${power} × ${significand} = ${exactText(value)}`;
}
