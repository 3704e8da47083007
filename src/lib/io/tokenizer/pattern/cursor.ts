/** Syntax of a pattern that is not read, in words that follow "a pattern without". */
export class UnsupportedSyntax extends Error {}

/** Flags of a group: (?i), and (?m): the dot takes a line feed too. */
export interface Flags {
  readonly i: boolean;
  readonly m: boolean;
}

/** The place at which a pattern is being read. */
export interface Cursor {
  readonly source: string;
  at: number;
  depth: number;
  /** Members of classes up to here. */
  members: number;
}

/** Goes over `text` if it comes next. */
export function take(cursor: Cursor, text: string): boolean {
  const isNext = cursor.source.startsWith(text, cursor.at);
  if (isNext) cursor.at += text.length;
  return isNext;
}

/** Goes over what a sticky expression matches next. */
export function takeMatch(cursor: Cursor, sticky: RegExp): RegExpExecArray | null {
  sticky.lastIndex = cursor.at;
  const match = sticky.exec(cursor.source);
  if (match !== null) cursor.at += match[0].length;
  return match;
}

/** Goes over one character. @throws UnsupportedSyntax at the end. */
export function character(cursor: Cursor): number {
  const codePoint = cursor.source.codePointAt(cursor.at);
  if (codePoint === undefined) throw new UnsupportedSyntax("an end too soon");
  cursor.at += codePoint > 0xffff ? 2 : 1;
  return codePoint;
}

const MOST_DEPTH = 100;

/** Result of `read` one group or class deeper. @throws UnsupportedSyntax beyond 100. */
export function deeper<T>(cursor: Cursor, read: () => T): T {
  if (cursor.depth >= MOST_DEPTH) throw new UnsupportedSyntax(`${MOST_DEPTH} groups in each other`);
  cursor.depth++;
  const made = read();
  cursor.depth--;
  return made;
}
