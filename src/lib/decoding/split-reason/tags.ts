/** Tags between which the large model writes. (SplitReason, arXiv:2504.16379, section 3.1) */

export const OPEN_TAG = "<bigmodel>";
export const CLOSE_TAG = "</bigmodel>";

/** A text as the large model reads it. */
export const withoutTags = (text: string): string => text.replaceAll(/<\/?bigmodel>/g, "");

/** A run of characters, the end not included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Parts of a text that are handed over, tags included: each opening tag up to the first closing one after it, or up to the
 * end of the text. An opening tag inside a part changes nothing.
 */
export function handedOver(text: string): Span[] {
  const spans: Span[] = [];
  for (let from = text.indexOf(OPEN_TAG); from >= 0; from = text.indexOf(OPEN_TAG, spans.at(-1)!.to)) {
    const close = text.indexOf(CLOSE_TAG, from);
    spans.push({from, to: close < 0 ? text.length : close + CLOSE_TAG.length});
  }
  return spans;
}

/** Percent of a text's characters that are handed over, tags included; 0 for an empty text. */
export function coveragePercent(text: string): number {
  const parts = handedOver(text).map(({from, to}) => text.slice(from, to));
  return text === "" ? 0 : (100 * characters(parts.join(""))) / characters(text);
}

/** Characters of a text; one beyond the basic plane counts once. */
export function characters(text: string): number {
  return Array.from(text).length;
}
