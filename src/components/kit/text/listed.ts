/** Names in a sentence: `Oracle, Quest and SnapKV`; an empty text for none. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
