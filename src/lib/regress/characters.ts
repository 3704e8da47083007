/** Id that fills a text up. */
export const TEXT_PAD = 0;
/** Id of a character outside the vocabulary. */
export const TEXT_UNKNOWN = 1;

/** Characters by id from 2 on: tab, line end, printable ASCII. (RegressLM, `CharacterVocab`) */
export const CHARACTERS: readonly string[] = [
  "\t",
  "\n",
  ...Array.from({length: 95}, (_, i) => String.fromCharCode(32 + i)),
];

/** Tokens of the vocabulary of characters, pad and unknown among them. */
export const CHARACTER_TOKENS = CHARACTERS.length + 2;

const IDS = new Map(CHARACTERS.map((character, i) => [character, i + 2]));

/** One id a character (code point) of a text. */
export function characterIds(text: string): Int32Array {
  return Int32Array.from(Array.from(text), (character) => IDS.get(character) ?? TEXT_UNKNOWN);
}
