/** Gives the tokens <0x00> to <0xFF> for the UTF-8 bytes of a text, or undefined if the vocabulary lacks one of them. */
export function byteFallback(
  vocabulary: ReadonlyMap<string, number>,
): (text: string) => number[] | undefined {
  const byBytes = Array.from({length: 256}, (_, byte) =>
    vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
  );
  return (text) => {
    const ids = Array.from(new TextEncoder().encode(text), (byte) => byBytes[byte]);
    return ids.every((id) => id !== undefined) ? ids : undefined;
  };
}
