/**
 * The characters of worked arithmetic and other generated text as tokens: the line end is id 0, then come the 95
 * printable ASCII characters from the space on.
 */

/** The character of every id. */
export const characters: readonly string[] = [
  "\n",
  ...Array.from({length: 95}, (_, i) => String.fromCharCode(32 + i)),
];

/**
 * The ids of the characters of `text`, one each.
 * @throws RangeError naming the first character that is neither printable ASCII nor a line end, and its place.
 */
export function encodeCharacters(text: string): Uint8Array {
  return Uint8Array.from([...text], (character, index) => {
    const id = character === "\n" ? 0 : character.charCodeAt(0) - 31;
    if (characters[id] !== character) {
      throw new RangeError(
        `encodeCharacters: character ${index + 1} must be printable ASCII or a line end, ` +
          `got ${JSON.stringify(character)}`,
      );
    }
    return id;
  });
}

/**
 * The text of `ids`; `encodeCharacters` gives them back.
 * @throws RangeError naming the first id that is no integer of 0 .. 95.
 */
export function decodeCharacters(ids: ArrayLike<number>): string {
  return Array.from(ids, (id, index) => {
    const character = characters[id];
    if (character === undefined) {
      throw new RangeError(
        `decodeCharacters: id ${index + 1} must be an integer of 0 .. ${characters.length - 1}, got ${id}`,
      );
    }
    return character;
  }).join("");
}
