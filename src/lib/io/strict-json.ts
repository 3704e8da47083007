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

/** Error of {@link parseStrictJson}: the rule that was broken and the index into the text. */
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
  const {text, at} = state;
  if (text[at] !== '"') throw syntax(state, "a string in double quotes");
  const end = closingQuote(state);
  const raw = text.slice(at + 1, end);
  try {
    // Nearly every string stands as it is; the others are short, and the engine checks their escapes.
    const value: string = NEEDS_PARSING.test(raw) ? JSON.parse(text.slice(at, end + 1)) : raw;
    state.at = end + 1;
    return value;
  } catch {
    throw syntax(state, "a well-formed string");
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them unescaped.
const NEEDS_PARSING = /[\\\u0000-\u001f]/;

/** Index of the quote that ends the string starting here. */
function closingQuote(state: State): number {
  const {text, at, limits} = state;
  let end = at + 1;
  while (end < text.length && text.charCodeAt(end) !== QUOTE) {
    end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    if (end - at - 1 > limits.maxString) {
      const start = text.slice(at + 1, at + 81);
      throw new JsonProblem("string-too-long", at, start, `at most ${limits.maxString} characters`);
    }
  }
  if (end >= text.length) throw syntax(state, "a well-formed string");
  return end;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

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
  NUMBER.lastIndex = at;
  if (NUMBER.test(text)) {
    state.at = NUMBER.lastIndex;
    return Number(text.slice(at, state.at));
  }
  for (const [word, value] of limits.bareNumbers ? [...WORDS, ...BARE_NUMBERS] : WORDS) {
    if (!text.startsWith(word, at)) continue;
    state.at += word.length;
    return value;
  }
  throw syntax(state, "a JSON value");
}

function skipSpace(state: State): void {
  const {text} = state;
  for (let code = text.charCodeAt(state.at); code <= 32; code = text.charCodeAt(state.at)) {
    if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return;
    state.at++;
  }
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
