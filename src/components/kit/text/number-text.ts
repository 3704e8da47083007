/** A number as a person reads it: four significant digits, powers of ten only for the very large and very small. */
export function numberText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Object.is(value, -0)) return "−0";
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6)
      ? scientific(value, digits)
      : Number.isInteger(value)
        ? String(value)
        : String(Number(value.toPrecision(digits)));
  return text.replace(/^-/, "−");
}

/** The shortest text that is exactly this number, with a proper minus sign: for values a reader computes with. */
export function exactText(value: number): string {
  if (!Number.isFinite(value) || Object.is(value, -0)) return numberText(value);
  return String(value)
    .replace("-", "−")
    .replace(/e[+]?(.+)$/, "·10^$1");
}

const PREFIXES: readonly (readonly [size: number, prefix: string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
];

/** A quantity with the prefix of its unit that leaves a number from 1 to 1000, to three significant digits, and never parted from it: `33.6 MB`. */
export function quantityText(value: number, unit: string, digits = 3): string {
  const size = Math.abs(value);
  // Half a unit of the last digit below a power of ten rounds up to it.
  const [scale, prefix] = PREFIXES.find(([least]) => Number(size.toPrecision(digits)) >= least) ?? [1, ""];
  return `${numberText(value / scale, digits)}\u00a0${prefix}${unit}`;
}

/** A whole number with a narrow gap before every three digits. */
export const apart = (n: number): string => n.toLocaleString("en").replaceAll(",", "\u202f");

/** A text whose whole numbers of five digits and more stand in groups of three: `149 981 tokens`. */
export const groupedDigits = (text: string): string =>
  text.replace(/(?<![\d.])\d{5,}(?![\d.])/g, (digits) => digits.replace(/\B(?=(?:\d{3})+$)/g, "\u202f"));

/** A text whose numbers of many digits are told to three: `max(2.03·10⁻⁷, 3.33·10⁻⁵)`. */
export function shortNumbers(text: string): string {
  return text.replace(/\d+(?:\.\d{4,})(?:e[-+]?\d+)?|\d+(?:\.\d+)?e[-+]?\d+/g, (found) =>
    numberText(Number(found), 3),
  );
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  const raised = [...String(Math.abs(power))].map((digit) => superscripts[Number(digit)]).join("");
  return `${Number(mantissa)}·10${power < 0 ? "⁻" : ""}${raised}`;
}
