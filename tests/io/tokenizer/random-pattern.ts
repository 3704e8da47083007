/** Random regular expressions in the syntax of Oniguruma, from a seed. */

const ATOMS = [
  ...[
    "a",
    "b",
    "1",
    " ",
    "'",
    "é",
    "\\n",
    "\\s",
    "\\S",
    "\\w",
    "\\W",
    "\\d",
    "\\D",
    "\\h",
    ".",
    "\\x61",
    "\\u00e9",
  ],
  ...[
    "\\p{L}",
    "\\p{N}",
    "\\P{L}",
    "\\p{^L}",
    "[ab]",
    "[^a]",
    "[a-c1]",
    "[^\\s\\p{L}]",
    "[\\S]",
    "[^\\n]",
    "[^\\w]",
  ],
  ...["[a[b1]]", "[\\w&&[^a]]", "[[:alpha:]]", "[[:punct:]]", "[\\w\\-']"],
];
const PLACES = [
  ...["^", "$", "\\b", "\\B", "\\A", "\\z", "(?=a)", "(?!a)", "(?<=a)", "(?<!\\s)", "(?=\\s|$)", "(?!\\S)"],
  ...["(?=a|\\d)", "(?<=^|\\s)"],
];
/** Repeats of what holds repeats: those without a bound would take the native library ages, at whose end it aborts. */
const BOUNDED = ["?", "??", "{2}", "{1,2}", "{,2}", "{1,2}?"];
const REPEATS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}", "{1,}", "{1,2}?", "++", "*+", "?+"];

/** A pattern with groups up to `depth` in each other. */
export function randomPattern(random: (n: number) => number, depth = 3): string {
  const pick = (items: readonly string[]) => items[random(items.length)];
  const sometimes = (share: number) => (random(share) === 0 ? pick(REPEATS) : "");
  const inner = () => randomPattern(random, depth - 1);
  const kind = random(10);
  if (depth <= 0 || kind < 4) return pick(ATOMS) + sometimes(3);
  if (kind === 4)
    return random(3) === 0
      ? `(?${pick(["=", "!"])}${randomPattern(random, 1)}${randomPattern(random, 0)})`
      : pick(PLACES);
  if (kind === 5) return `(?i:${inner()})`;
  const repeated = (group: string, share: number) =>
    group + (random(share) === 0 ? pick(/[*+,]/.test(group) ? BOUNDED : REPEATS) : "");
  if (kind === 6) return repeated(`(${inner()}|${inner()})`, 3);
  if (kind === 7) return repeated(`(?:${inner()})`, 2);
  if (kind === 8) return `(?m:${inner()})`;
  return inner() + inner();
}
