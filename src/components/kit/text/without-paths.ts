/**
 * A text without the path or name that a config.json keeps of its origin: it stays in the page, whatever is copied of it.
 */
export const withoutPaths = (text: string): string =>
  text.replace(/("_?name_or_path"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1""');
