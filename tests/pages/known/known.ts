/** Numbers that a page may hold in its prose, and the reason: the piece of text around them as it stands on the page. */
export interface Known {
  readonly says: string;
  readonly why: string;
}

const DEFINED = "follows from a definition or from arithmetic in the sentence";
const EXAMPLE = "an example that the page itself makes";
const HELD = "computed by these tests from the library or from the models' files";

/** Pieces of text that stand for a reason. */
export const because =
  (why: string) =>
  (...pieces: readonly string[]): Known[] =>
    pieces.map((says) => ({says, why}));
/** Pieces whose numbers follow from a definition or from arithmetic in the sentence. */
export const defined = because(DEFINED);
/** Pieces of examples that a page itself makes. */
export const example = because(EXAMPLE);
/** Pieces that a test computes from the library or from the files of the models. */
export const held = because(HELD);
/** Pieces that a source reports. */
export const reported = (source: string, ...pieces: readonly string[]): Known[] =>
  because(`reported: ${source}`)(...pieces);

/** Known numbers of pages, by the path of their source. */
export type KnownNumbers = Readonly<Record<string, readonly Known[]>>;
