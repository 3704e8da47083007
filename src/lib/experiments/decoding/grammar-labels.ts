import type {ByteEdge} from "../../decoding/grammar/automaton/rule-automaton.js";

/** Signs for bytes that would not be seen. */
const SIGNS: Readonly<Record<number, string>> = {9: "⇥", 10: "⏎", 13: "␍", 32: "␣"};
/** Ranges that a label names. */
const NAMED = 4;

/** A byte as a reader sees it: a character of ASCII, or two hexadecimal digits. */
function byteText(byte: number): string {
  if (SIGNS[byte] !== undefined) return SIGNS[byte];
  return byte > 32 && byte < 127
    ? String.fromCharCode(byte)
    : byte.toString(16).toUpperCase().padStart(2, "0");
}

/** Edges for bytes with one label for each node that they lead to. */
export function byteLabels(edges: readonly ByteEdge[]): {readonly to: number; readonly label: string}[] {
  const ranges = new Map<number, string[]>();
  for (const {low, high, to} of edges) {
    const text = low === high ? byteText(low) : `${byteText(low)}–${byteText(high)}`;
    ranges.set(to, [...(ranges.get(to) ?? []), text]);
  }
  return Array.from(ranges, ([to, texts]) => ({
    to,
    label: texts.length > NAMED ? `${texts.slice(0, NAMED).join(" ")} …` : texts.join(" "),
  }));
}

/** A called rule as a reader sees it. */
export const callLabel = (rule: string): string => rule.replace(/^#\//, "");

/** A token as a reader sees it: its text with signs for blanks, or its bytes where they are no text. */
export function tokenText(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (text.includes("\ufffd")) return Array.from(bytes, byteText).join(" ");
  return Array.from(text, (sign) => SIGNS[sign.charCodeAt(0)] ?? sign).join("");
}
