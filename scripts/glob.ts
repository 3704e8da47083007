/** Tells whether an id fits a pattern in which `*` stands for any text and `?` for one character. */
export function fitsGlob(id: string, glob: string): boolean {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(id);
}
