/** Definitions that labels show, as the build wrote them down. */
export interface LabelTerms {
  /** Definitions by the names of terms, in lower case; a label may hold one among other words. */
  readonly terms: Readonly<Record<string, string>>;
  /** Definitions by the names and ids of techniques; a label is one as a whole. */
  readonly techniques: Readonly<Record<string, string>>;
}

/** A mention in a label. */
export interface Mention {
  readonly from: number;
  readonly to: number;
  readonly definition: string;
}

const escapedPattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Finds the one thing that a label speaks of: a technique that it names, else the first and longest term in it. */
export function mentionFinder({terms, techniques}: LabelTerms): (label: string) => Mention | undefined {
  const longestFirst = Object.keys(terms).sort((a, b) => b.length - a.length);
  const any = new RegExp(`(?<![\\w-])(?:${longestFirst.map(escapedPattern).join("|")})(?![\\w-])`, "i");
  return (label) => {
    const text = label.trim();
    const technique = Object.hasOwn(techniques, text) ? techniques[text] : undefined;
    const from = label.indexOf(text);
    if (technique !== undefined) return {from, to: from + text.length, definition: technique};
    const found = longestFirst.length > 0 ? any.exec(label) : null;
    const definition = found === null ? undefined : terms[found[0].toLowerCase()];
    if (found === null || definition === undefined) return undefined;
    return {from: found.index, to: found.index + found[0].length, definition};
  };
}
