/**
 * Text of a stranger's file as a terminal may show it: control and formatting characters, which could move its cursor,
 * rewrite lines or turn the reading direction, stand as their codes, `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, codeOf);
}

/** The same for text of several lines: line ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, codeOf);
}

/** The same for JSON, in its own escapes, so that it still says the same; line ends between its values stay. */
export function printableJson(json: string): string {
  return json.replace(/[^\P{C}\n]/gu, (character) =>
    Array.from(
      {length: character.length},
      (_, i) => `\\u${hex(character.charCodeAt(i)).padStart(4, "0")}`,
    ).join(""),
  );
}

const hex = (code: number) => code.toString(16);

const codeOf = (character: string) => `\\u{${hex(character.codePointAt(0) ?? 0)}}`;
