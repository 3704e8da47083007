/** Words and signs of a text that are read one after another. */
export interface TokenReader {
  /** The next token, or an empty text at the end. */
  peek(): string;
  take(): string;
  /** Takes the next token if it is this one. */
  takes(token: string): boolean;
  /** @throws RangeError unless the next token is this one. */
  expect(token: string): void;
  /** The next token, which must fit a pattern. @throws RangeError naming what must stand there. */
  read(what: string, pattern: RegExp): string;
}

const TOKEN = /\s*(<<|>>|<=|>=|==|!=|\+=|-=|[A-Za-z_]\w*|\d+|\S)/y;

interface Token {
  readonly text: string;
  /** From 1 on. */
  readonly line: number;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let line = 1;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
    const [whole, token] = TOKEN.exec(text) as RegExpExecArray;
    line += whole.split("\n").length - 1;
    tokens.push({text: token, line});
  }
  return tokens;
}

/** The tokens of a kernel's text, without white space. */
export function tokenReader(text: string): TokenReader {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at]?.text ?? "";
  const take = () => tokens[at++]?.text ?? "";
  const refuse = (what: string): never => {
    const line = tokens[at]?.line ?? tokens.at(-1)?.line ?? 1;
    throw new RangeError(
      `readKernel: ${what} must stand in line ${line}, got ${(peek() || "the end").slice(0, 80)}`,
    );
  };
  return {
    peek,
    take,
    takes(token) {
      if (peek() !== token) return false;
      at++;
      return true;
    },
    expect(token) {
      if (peek() !== token) refuse(token);
      at++;
    },
    read(what, pattern) {
      if (!pattern.test(peek())) refuse(what);
      return take();
    },
  };
}
