/**
 * The alphabet of byte-level tokenizers: each byte is written as one visible character. Printable bytes of
 * Latin-1 stand for themselves, the other 68 take the characters from U+0100 on, in order.
 * (https://github.com/openai/gpt-2, bytes_to_unicode)
 */
const CHARACTERS: readonly string[] = byteCharacters();
const BYTES: ReadonlyMap<string, number> = new Map(CHARACTERS.map((character, byte) => [character, byte]));

function byteCharacters(): string[] {
  let extra = 256;
  return Array.from({length: 256}, (_, byte) => {
    const visible = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(visible ? byte : extra++);
  });
}

/** The UTF-8 bytes of a text, one character each. */
export function toByteCharacters(text: string): string {
  let characters = "";
  for (const byte of ENCODER.encode(text)) characters += CHARACTERS[byte];
  return characters;
}

const ENCODER = new TextEncoder();

/**
 * The text whose bytes the tokens spell; bytes that are no UTF-8 become U+FFFD. A token with a character that
 * stands for no byte (an added one may have a space) stands for itself.
 */
export function fromByteCharacters(tokens: readonly string[]): string {
  const bytes = tokens.flatMap((token) => {
    const spelled = Array.from(token, (character) => BYTES.get(character));
    return spelled.includes(undefined) ? Array.from(new TextEncoder().encode(token)) : (spelled as number[]);
  });
  return decodeLossy(Uint8Array.from(bytes));
}

function decodeLossy(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", {ignoreBOM: true}).decode(bytes);
}
