/** JSON as a file may hold it. Objects are Maps, so that `__proto__` is a name like any other. */
export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>;

/** Caps that hold before anything large is built. */
export interface JsonLimits {
  /** Objects and arrays inside each other; the outermost one counts. */
  readonly maxDepth: number;
  /** Values in all: objects, arrays and everything in them. */
  readonly maxValues: number;
  /** Characters of one string or name, as written between its quotes. */
  readonly maxString: number;
  /** Take the bare words NaN, Infinity and -Infinity as numbers: Python's writer leaves them in config files. */
  readonly bareNumbers?: boolean;
}

/** What {@link parseStrictJson} throws: the rule that was broken and the index into the text. */
export class JsonProblem extends Error {
  readonly kind: string;
  readonly index: number;
  readonly value: string;

  constructor(kind: string, index: number, value: string, allowed: string) {
    super(allowed);
    this.kind = kind;
    this.index = index;
    this.value = value;
  }
}

/**
 * Parses RFC 8259 JSON, stricter than `JSON.parse`: a name that occurs twice in an object is an error
 * (JSON.parse keeps the last one, so two readers of one file may see two different files), and the caps hold.
 * @throws JsonProblem with kind `json-syntax`, `duplicate-name`, `too-deep`, `too-many-values` or `string-too-long`.
 */
export function parseStrictJson(text: string, limits: JsonLimits): Json {
  const state: State = {text, at: 0, values: 0, limits};
  const value = parseValue(state, 0);
  skipSpace(state);
  if (state.at < text.length) throw syntax(state, "the end of the text");
  return value;
}

interface State {
  readonly text: string;
  readonly limits: JsonLimits;
  at: number;
  values: number;
}

function parseValue(state: State, depth: number): Json {
  skipSpace(state);
  const {limits, at, text} = state;
  if (++state.values > limits.maxValues) {
    throw new JsonProblem(
      "too-many-values",
      at,
      `more than ${limits.maxValues}`,
      `at most ${limits.maxValues} values`,
    );
  }
  const first = text[at];
  if (first === '"') return parseString(state);
  if (first !== "{" && first !== "[") return parseScalar(state);
  if (depth >= limits.maxDepth) {
    throw new JsonProblem("too-deep", at, `depth ${depth + 1}`, `nested at most ${limits.maxDepth} deep`);
  }
  state.at++;
  return first === "{" ? parseObject(state, depth + 1) : parseArray(state, depth + 1);
}

function parseObject(state: State, depth: number): ReadonlyMap<string, Json> {
  const object = new Map<string, Json>();
  if (take(state, "}")) return object;
  do {
    skipSpace(state);
    const at = state.at;
    const name = parseString(state);
    if (object.has(name)) throw new JsonProblem("duplicate-name", at, name, "a name that occurs once");
    if (!take(state, ":")) throw syntax(state, '":"');
    object.set(name, parseValue(state, depth));
  } while (take(state, ","));
  if (!take(state, "}")) throw syntax(state, '"," or "}"');
  return object;
}

function parseArray(state: State, depth: number): readonly Json[] {
  const array: Json[] = [];
  if (take(state, "]")) return array;
  do array.push(parseValue(state, depth));
  while (take(state, ","));
  if (!take(state, "]")) throw syntax(state, '"," or "]"');
  return array;
}

function parseString(state: State): string {
  const {text, at, limits} = state;
  if (text[at] !== '"') throw syntax(state, "a string in double quotes");
  let end = at + 1;
  while (end < text.length && text[end] !== '"') {
    end += text[end] === "\\" ? 2 : 1;
    if (end - at - 1 > limits.maxString) {
      throw new JsonProblem(
        "string-too-long",
        at,
        text.slice(at + 1, at + 81),
        `at most ${limits.maxString} characters`,
      );
    }
  }
  try {
    // The slice is one short string literal: the engine checks its escapes and control characters.
    const value: string = JSON.parse(text.slice(at, end + 1));
    state.at = end + 1;
    return value;
  } catch {
    throw syntax(state, "a well-formed string");
  }
}

const NUMBER = /-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,20})?/y;
const WORDS: readonly (readonly [string, Json])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];
const BARE_NUMBERS: readonly (readonly [string, Json])[] = [
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];

function parseScalar(state: State): Json {
  const {text, at, limits} = state;
  for (const [word, value] of limits.bareNumbers ? [...WORDS, ...BARE_NUMBERS] : WORDS) {
    if (!text.startsWith(word, at)) continue;
    state.at += word.length;
    return value;
  }
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text)?.[0];
  if (number === undefined) throw syntax(state, "a JSON value");
  state.at += number.length;
  return Number(number);
}

function skipSpace(state: State): void {
  const {text} = state;
  while (" \t\n\r".includes(text[state.at] ?? "x")) state.at++;
}

/** Steps over `character`, and the space before it, if it comes next. */
function take(state: State, character: string): boolean {
  skipSpace(state);
  if (state.text[state.at] !== character) return false;
  state.at++;
  return true;
}

function syntax({text, at}: State, allowed: string): JsonProblem {
  return new JsonProblem(
    "json-syntax",
    at,
    at < text.length ? text.slice(at, at + 81) : "the end of the text",
    allowed,
  );
}
