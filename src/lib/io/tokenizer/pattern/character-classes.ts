import type {CharacterSet} from "./character-set.js";

/** The class of "no character": before the text and after it. */
export const NOTHING = 0;

/** Characters that no set of a program tells apart, as one class; classes are found as they come. */
export interface CharacterClasses {
  /** How many there are up to now. */
  count(): number;
  /** The class of a character. */
  of(codePoint: number): number;
  /** Whether the characters of a class are in set number `set`. */
  isIn(characterClass: number, set: number): boolean;
}

const PAGE = 256;
/** The class plus one for each character of a page; 0 is not known yet. */
type Page = Uint16Array;

export function characterClasses(sets: readonly CharacterSet[]): CharacterClasses {
  const members: boolean[][] = [sets.map(() => false)];
  const bySignature = new Map<string, number>();
  const pages: Page[] = [];
  const find = (codePoint: number): number => {
    const membership = sets.map((set) => set(codePoint));
    const signature = membership.map(Number).join("");
    const known = bySignature.get(signature);
    if (known !== undefined) return known;
    bySignature.set(signature, members.length);
    return members.push(membership) - 1;
  };
  return {
    count: () => members.length,
    isIn: (characterClass, set) => members[characterClass][set],
    of(codePoint) {
      pages[codePoint >> 8] ??= new Uint16Array(PAGE);
      const page = pages[codePoint >> 8];
      const at = codePoint & (PAGE - 1);
      page[at] ||= find(codePoint) + 1;
      return page[at] - 1;
    },
  };
}
