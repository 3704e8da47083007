import {printable} from "./printable.js";

/** Details of a {@link FormatError} besides its message. */
export interface FormatProblem {
  /** The rule that the file breaks, a stable word to test for: `header-too-large`, `hole`, `duplicate-name` … */
  readonly kind: string;
  /** Byte of the file at which the problem was found; null where no single byte is to blame. */
  readonly offset: number | null;
  /** The part of the file that is wrong: `header length`, `tensor "a.weight": shape`. */
  readonly field: string;
  /** The value in the file. */
  readonly value: unknown;
  /** The allowed values, in words. */
  readonly allowed: string;
  /** A way out for the person who has the file, as a sentence without its full stop. */
  readonly cure?: string;
}

/** A file that is not what it claims to be. Its text comes from a stranger: show it as text, never as HTML. */
export class FormatError extends Error {
  readonly kind: string;
  readonly offset: number | null;
  readonly field: string;
  readonly value: string;

  constructor(reader: string, {kind, offset, field, value, allowed, cure}: FormatProblem) {
    const shown = showValue(value);
    const part = shortened(field, 400);
    const place = offset === null ? "" : ` (at byte ${offset})`;
    const way = cure === undefined ? "" : `. ${printable(cure)}.`;
    super(`${reader}: ${part} must be ${printable(allowed)}, got ${shown}${place}${way}`);
    this.name = "FormatError";
    this.kind = kind;
    this.offset = offset;
    this.field = part;
    this.value = shown;
  }
}

/** A value of a file as text that is safe to print: one line, at most 80 of its characters. */
function showValue(value: unknown): string {
  return shortened(typeof value === "string" ? value : plainText(value), 80);
}

function shortened(text: string, most: number): string {
  return printable(text.slice(0, most)) + (text.length > most ? "…" : "");
}

function plainText(value: unknown): string {
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return `[${value.slice(0, 20).map(plainText).join(", ")}]`;
  return String(value);
}
