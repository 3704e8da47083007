/** A call of the command line as it may be typed again. */
export const callText = (command: string, args: readonly string[]): string =>
  ["paretoscope", command, ...args].map(quoted).join(" ");

/** A word as a shell reads it back. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
