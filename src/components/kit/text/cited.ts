/** A technique as its registry cites it. */
export interface Cited {
  readonly registry: string;
  readonly label: string;
  readonly source: string;
}

/** A piece of a citation: text, and where it leads if it is the id of a paper or the address of a repository. */
export interface Piece {
  readonly text: string;
  readonly href?: string;
}

const LINKED = /arXiv[: ](\d{4}\.\d{5}(?:v\d+)?)|https:\/\/github\.com\/([\w-]+\/[\w-]+)/g;

/** A source in pieces, so that its papers and repositories can be links. */
export function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const {0: found, 1: paper, 2: repository, index} of source.matchAll(LINKED)) {
    if (index > from) pieces.push({text: source.slice(from, index)});
    pieces.push(
      repository === undefined
        ? {text: `arXiv:${paper}`, href: `https://arxiv.org/abs/${paper}`}
        : {text: repository, href: found},
    );
    from = index + found.length;
  }
  return from < source.length ? [...pieces, {text: source.slice(from)}] : pieces;
}

/** Sources of the techniques of some registries, each once; one that begins with a paper is named by its technique. */
export function sourcesOf(techniques: readonly Cited[], registries: readonly string[]): string[] {
  const cited = techniques.filter(({registry}) => registries.includes(registry));
  const first = new Map(cited.map(({source}) => [source, ""]));
  for (const {label, source} of cited) if (first.get(source) === "") first.set(source, label);
  return Array.from(first, ([source, label]) =>
    source.startsWith("arXiv") ? `${label}, ${source}` : source,
  );
}
