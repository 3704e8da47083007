import type {Tokenizer} from "../../../io/tokenizer/assemble.js";

/** The text of tokens as they come. */
export interface TextStream {
  /** The text that is certain with this token: none while a character lacks bytes. */
  add(id: number): string;
  /** What is left when no more tokens come. */
  rest(): string;
  /** All of it. */
  text(): string;
}

/** Begins the text of the tokens after a prompt; special tokens are left out. */
export function textStream(tokenizer: Tokenizer, prompt: readonly number[]): TextStream {
  // A decoder treats the first token of a text in its own way, so that one of the prompt stands before.
  const ids = prompt.slice(-1);
  const decoded = () => tokenizer.decode(ids, {skipSpecial: true});
  const start = decoded().length;
  let given = start;
  const upTo = (text: string): string => {
    const part = text.slice(given);
    given = Math.max(given, text.length);
    return part;
  };
  return {
    add(id) {
      ids.push(id);
      return upTo(decoded().replace(/\ufffd+$/, ""));
    },
    rest: () => upTo(decoded()),
    text: () => decoded().slice(start),
  };
}
