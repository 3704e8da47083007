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
  return decodeLossy(Uint8Array.from(tokens.flatMap((token) => Array.from(byteCharacterValues(token)))));
}

/** The bytes that a token spells; those of its own text if a character of it stands for no byte. */
export function byteCharacterValues(token: string): Uint8Array {
  const spelled = Array.from(token, (character) => BYTES.get(character));
  return spelled.includes(undefined) ? ENCODER.encode(token) : Uint8Array.from(spelled as number[]);
}

function decodeLossy(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", {ignoreBOM: true}).decode(bytes);
}
