/** Longest piece, in characters, that is looked at as a merge of two: far above any of a vocabulary. */
const LONGEST = 128;

/**
 * Merges of pieces that have scores: each piece as every two pieces that make it, the highest score first. Merging in this
 * order, leftmost first, is what SentencePiece's byte-pair encoding does.
 */
export function mergesByScore(tokens: readonly string[], scores: readonly number[]): [string, string][] {
  const known = new Set(tokens);
  const merges = tokens.flatMap((token, id) =>
    splits(token, known).map((pair) => ({pair, score: scores[id]})),
  );
  return merges.sort((a, b) => b.score - a.score).map(({pair}) => pair);
}

function splits(token: string, known: ReadonlySet<string>): [string, string][] {
  const found: [string, string][] = [];
  if (token.length > LONGEST) return found;
  for (let at = 1; at < token.length; at++) {
    const [left, right] = [token.slice(0, at), token.slice(at)];
    if (known.has(left) && known.has(right)) found.push([left, right]);
  }
  return found;
}
