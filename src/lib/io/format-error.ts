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
}

/** A file that is not what it claims to be. Its text comes from a stranger: show it as text, never as HTML. */
export class FormatError extends Error {
  readonly kind: string;
  readonly offset: number | null;
  readonly field: string;
  readonly value: string;

  constructor(reader: string, {kind, offset, field, value, allowed}: FormatProblem) {
    const shown = showValue(value);
    const place = offset === null ? "" : ` (at byte ${offset})`;
    super(`${reader}: ${field} must be ${allowed}, got ${shown}${place}`);
    this.name = "FormatError";
    this.kind = kind;
    this.offset = offset;
    this.field = field;
    this.value = shown;
  }
}

/** A value of a file as text that is safe to print: one line, at most 80 characters. */
function showValue(value: unknown): string {
  const text = typeof value === "string" ? value : plainText(value);
  // Control characters of a stranger's file could rewrite what a terminal shows.
  const printable = Array.from(text.slice(0, 81), (c) => (isControl(c) ? "\ufffd" : c)).join("");
  return printable.length > 80 ? `${printable.slice(0, 80)}…` : printable;
}

function plainText(value: unknown): string {
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return `[${value.slice(0, 20).map(plainText).join(", ")}]`;
  return String(value);
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 32 || (code >= 127 && code < 160);
}
