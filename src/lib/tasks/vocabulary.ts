/**
 * The 256 words of the retrieval corpus. An id is a token and a word at once: ids 0 .. 15 are the markers of
 * the grammar, then come 64 keys (animals), 64 values (things) and 112 filler words, so that a reader can
 * read and type prompts such as `fact otter amber plum . query otter`. No word is part of another: a word is
 * found in a text exactly where it stands.
 */

/** The ids of the markers. The others below 16 are reserved. */
export const marker = {
  pad: 0,
  begin: 1,
  separator: 2,
  fact: 3,
  query: 4,
  alias: 6,
  equals: 7,
  copy: 8,
  tally: 9,
  most: 10,
} as const;

/** A run of `size` consecutive ids from `first`. */
export interface IdRange {
  readonly first: number;
  readonly size: number;
}

/** Ids of the tokens that are keys. */
export const keys: IdRange = {first: 16, size: 64};
/** Ids of the tokens that are values. */
export const values: IdRange = {first: 80, size: 64};
/** Ids of the tokens that are filler. */
export const fillers: IdRange = {first: 144, size: 112};

const MARKERS = "<pad> <begin> . fact query <5> alias = copy tally most <11> <12> <13> <14> <15>";

const KEYS = `
  ant badger bat bear beaver bee bison boar camel cat cheetah cobra cod coyote crab crane
  crow deer dingo dog dolphin donkey duck eagle eel elk falcon ferret finch fox frog gecko
  gibbon goat goose hare hawk hedgehog heron horse ibex jackal koala lemur lion lizard llama lynx
  mole moose moth mouse newt otter owl panda puffin rabbit raven seal shark tiger whale wolf`;

const VALUES = `
  agate almond amber anchor apple apron arrow bamboo basket bell birch bottle bread brick bronze button
  candle cedar cherry clay coal copper coral cotton crystal cup drum emerald fig flint garnet ginger
  glass gold granite hammer honey iron ivory jade kettle ladder lamp leather lemon linen lock maple
  marble mint needle nickel opal pearl pepper plum quartz ribbon ruby salt silver tin velvet wax`;

const FILLERS = `
  about above across after again along always among ancient another around away because before behind
  below between beyond both vast calls carries clear close cold comes could dark day deep down each
  early evening every falls far few field first follows from full gives goes green ground grows half
  heard here high hill hour house into keeps large last late leaves light little looks made many meets
  more morning moves much near never next night north now often once only open over past path perhaps
  quiet rain rises river road runs seems shore since slow small soft some soon spring stands still
  strange thus toward under unless until upon valley whole wide`;

const words = (text: string) => text.trim().split(/\s+/);

/** The word of every id, 256 distinct ones without white space. */
export const vocabulary: readonly string[] = [MARKERS, KEYS, VALUES, FILLERS].flatMap(words);

const idOfWord = new Map(vocabulary.map((word, id) => [word, id]));

/** True if `id` lies in `range`. */
export function isIn(range: IdRange, id: number): boolean {
  return id >= range.first && id < range.first + range.size;
}

/**
 * The ids of the words of `text`, which are separated by white space.
 * @throws RangeError naming the first word that is not in the vocabulary, and its place from 1.
 */
export function encodeText(text: string): Uint8Array {
  const found = text.split(/\s+/).filter((word) => word !== "");
  return Uint8Array.from(found, (word, index) => {
    const id = idOfWord.get(word);
    if (id === undefined) {
      throw new RangeError(
        `encodeText: word ${index + 1} must be one of the ${vocabulary.length} words of the vocabulary, ` +
          `got "${word.slice(0, 80)}"`,
      );
    }
    return id;
  });
}

/**
 * The words of `ids`, with single spaces between them; `encodeText` gives the ids back.
 * @throws RangeError naming the first id that is no integer of 0 .. 255.
 */
export function decodeText(ids: ArrayLike<number>): string {
  return Array.from(ids, (id, index) => {
    const word = vocabulary[id];
    if (word === undefined) {
      throw new RangeError(
        `decodeText: id ${index + 1} must be an integer of 0 .. ${vocabulary.length - 1}, got ${id}`,
      );
    }
    return word;
  }).join(" ");
}
