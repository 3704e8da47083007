import {createHash} from "node:crypto";
import {describe, expect, test} from "vitest";
import {
  type CorpusDocument,
  corpusDocument,
  lossWeights,
  type Mix,
  type Split,
} from "../../src/lib/tasks/corpus.js";
import {fillerWords, nextFiller, successors, topicCount} from "../../src/lib/tasks/filler.js";
import {fillers, isIn, keys, marker, values} from "../../src/lib/tasks/vocabulary.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const MIXES: readonly Mix[] = ["retrieval", "tasks"];
const SPLITS: readonly Split[] = ["train", "validation", "test"];

function documents(
  count: number,
  options: Parameters<typeof corpusDocument>[2] = {},
  split: Split = "train",
) {
  return Array.from({length: count}, (_, index) => corpusDocument(split, index, options));
}

/** The segments of a document, `begin` left out; the last may be cut off and is dropped. */
function segments({tokens}: CorpusDocument): number[][] {
  const found: number[][] = [[]];
  for (const token of tokens.slice(1)) {
    if (token === marker.separator) found.push([]);
    else found.at(-1)?.push(token);
  }
  return found.slice(0, -1);
}

/** An independent reading of a document from its tokens alone: what each query and repetition has to say. */
function readAlong(document: CorpusDocument) {
  const bound = new Map<number, number[]>();
  const phrases = new Map<string, number[]>();
  let span: number[] = [];
  for (const [head, ...rest] of segments(document)) {
    if (head === marker.fact) bound.set(rest[0], rest.slice(1));
    else if (head === marker.alias) bound.set(rest[0], bound.get(rest[2])!);
    else if (head === marker.query) expect(rest.slice(1)).toEqual(bound.get(rest[0]));
    else if (head === marker.copy && isIn(keys, rest[0])) {
      const phrase = rest.slice(0, 3).join(" ");
      const name = phrases.get(phrase);
      if (name) expect(rest.slice(3)).toEqual(name);
      phrases.set(phrase, rest.slice(3));
    } else if (head === marker.copy) span = rest;
    else if (head === marker.tally) {
      const words = rest.slice(0, rest.indexOf(marker.most));
      const count = (word: number) => words.filter((other) => other === word).length;
      const answer = rest.at(-1)!;
      for (const word of new Set(words)) if (word !== answer) expect(count(word)).toBeLessThan(count(answer));
    }
  }
  return {bound, span};
}

describe("a corpus document", () => {
  test.each(MIXES)("of the mix %s answers every query and repeats every name as its own text says", (mix) => {
    for (const document of documents(200, {context: 256, mix})) readAlong(document);
  });

  test("has context + 1 tokens, begins with begin and has no padding", () => {
    for (const context of [1, 2, 7, 128, 513]) {
      for (const {tokens} of documents(20, {context})) {
        expect(tokens).toHaveLength(context + 1);
        expect(tokens[0]).toBe(marker.begin);
        expect(tokens.includes(marker.pad)).toBe(false);
      }
    }
  });

  test("is cut, not changed, by a shorter context", () => {
    const long = corpusDocument("train", 3, {context: 200});
    const short = corpusDocument("train", 3, {context: 90});
    expect(short.tokens).toEqual(long.tokens.slice(0, 91));
    expect(short.answers).toEqual(long.answers.filter((position) => position <= 90));
  });

  test("starts with a fact, so that every query has an answer", () => {
    for (const document of documents(100)) expect(segments(document)[0]?.[0]).toBe(marker.fact);
  });

  test("keeps each kind of token in its place", () => {
    for (const document of documents(100, {context: 256})) {
      for (const [head, ...rest] of segments(document)) {
        if (head === marker.fact || head === marker.query) {
          expect(rest.map((id) => [isIn(keys, id), isIn(values, id)])).toEqual([
            [true, false],
            [false, true],
            [false, true],
          ]);
        } else if (head === marker.alias) {
          expect(rest.map((id) => (id === marker.equals ? "=" : isIn(keys, id)))).toEqual([true, "=", true]);
        } else if (head === marker.copy) {
          expect(rest.length).toBeGreaterThanOrEqual(4);
          expect(rest.length).toBeLessThanOrEqual(8);
          expect(rest.every((id) => isIn(values, id))).toBe(true);
        } else {
          expect([head, ...rest].every((id) => isIn(fillers, id))).toBe(true);
          expect(rest.length + 1).toBeGreaterThanOrEqual(5);
          expect(rest.length + 1).toBeLessThanOrEqual(15);
        }
      }
    }
  });

  test("binds every key once and has at most 24 facts, even when it is very long", () => {
    const document = corpusDocument("train", 0, {context: 5000});
    const heads = segments(document);
    const bound = heads
      .filter(([head]) => head === marker.fact || head === marker.alias)
      .map(([, key]) => key);
    expect(new Set(bound).size).toBe(bound.length);
    expect(bound.length).toBe(keys.size);
    expect(heads.filter(([head]) => head === marker.fact)).toHaveLength(24);
  });

  test("marks exactly the values of queries as answers and the repeated values as copies", () => {
    for (const document of documents(100, {context: 256})) {
      const {tokens, answers, copies} = document;
      const expected: number[] = [];
      const repeated: number[] = [];
      let span = "";
      tokens.forEach((token, at) => {
        if (token === marker.query) expected.push(at + 2, at + 3);
        if (token !== marker.copy) return;
        const rest = tokens.slice(at + 1);
        const end = rest.indexOf(marker.separator);
        const now = rest.slice(0, end < 0 ? undefined : end).join(" ");
        const isRepeat = end < 0 ? copies.some((place) => place > at) : now === span;
        if (isRepeat) for (let i = 1; i < now.split(" ").length; i++) repeated.push(at + 1 + i);
        span = now;
      });
      expect(answers).toEqual(expected.filter((position) => position < tokens.length));
      expect(copies).toEqual(repeated);
    }
  });

  test("tells for every query where its fact stands and over how many aliases", () => {
    let twoHops = 0;
    for (const {tokens, queries} of documents(200, {context: 256})) {
      for (const {position, key, source, hops} of queries) {
        expect(tokens[position]).toBe(key);
        expect(tokens[position - 1]).toBe(marker.query);
        expect(source).toBeLessThan(position);
        expect(tokens[source - 2]).toBe(marker.fact);
        expect(tokens[source - 1] === key).toBe(hops === 1);
        if (position + 2 < tokens.length) {
          expect(tokens.slice(position + 1, position + 3)).toEqual(tokens.slice(source, source + 2));
        }
        if (hops > 1) twoHops += 1;
      }
    }
    expect(twoHops).toBeGreaterThan(50);
  });

  test("an update counts from where it stands; the query before it had the old values", () => {
    const updated = documents(200, {context: 256, mix: "tasks"}).filter((document) => {
      const facts = segments(document).filter(([head]) => head === marker.fact);
      return new Set(facts.map(([, key]) => key)).size < facts.length;
    });
    expect(updated.length).toBeGreaterThan(50);
    for (const document of updated) readAlong(document);
  });
});

describe("the corpus as a whole", () => {
  test("has the segment shares of its recipe", () => {
    const heads = documents(2000, {context: 128}).flatMap((document) =>
      segments(document)
        .slice(1)
        .map(([head]) => head),
    );
    const share = (is: (head: number) => boolean) => heads.filter(is).length / heads.length;
    expect(share((head) => head === marker.fact)).toBeCloseTo(0.27, 1);
    expect(share((head) => head === marker.query)).toBeCloseTo(0.33, 1);
    expect(share((head) => head === marker.alias)).toBeCloseTo(0.08, 1);
    expect(share((head) => head === marker.copy)).toBeCloseTo(0.1, 1);
    expect(share((head) => isIn(fillers, head))).toBeCloseTo(0.22, 1);
  });

  test("never changes: the hash of the first 64 documents of each split", () => {
    const hashes = SPLITS.map((split) => {
      const hash = createHash("sha256");
      for (const {tokens} of documents(64, {}, split)) hash.update(tokens);
      return hash.digest("hex").slice(0, 16);
    });
    expect(hashes).toMatchInlineSnapshot(`
      [
        "21f6f810740d5315",
        "9da7ff773fd53894",
        "f0adb60d3990796e",
      ]
    `);
  });

  test("shares no document between splits or seeds", () => {
    const texts = SPLITS.flatMap((split) =>
      [0, 1].flatMap((seed) =>
        documents(500, {seed, context: 64}, split).map(({tokens}) => tokens.join(" ")),
      ),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });

  test("weighs answer tokens four times", () => {
    const document = corpusDocument("test", 5);
    const weights = lossWeights(document);
    const determined = new Set([...document.answers, ...document.copies]);
    expect(determined.size).toBeGreaterThan(0);
    expect([...weights]).toEqual(
      [...document.tokens].map((_, position) => (determined.has(position) ? 4 : 1)),
    );
  });

  test.each([
    [() => corpusDocument("train", -1), "corpusDocument: index must be an integer of at least 0, got -1"],
    [() => corpusDocument("train", 1.5), "corpusDocument: index must be an integer of at least 0, got 1.5"],
    [
      () => corpusDocument("train", 0, {context: 0}),
      "corpusDocument: context must be an integer of at least 1, got 0",
    ],
    [
      () => corpusDocument("train", 0, {context: Number.NaN}),
      "corpusDocument: context must be an integer of at least 1, got NaN",
    ],
  ])("refuses a bad index or context (%#)", (call, message) => {
    expect(call).toThrow(new RangeError(message));
  });
});

describe("the filler chain", () => {
  test("gives each word four successors of the fillers, with shares that sum to one", () => {
    for (let topic = 0; topic < topicCount; topic++) {
      for (let word = fillers.first; word < fillers.first + fillers.size; word++) {
        const {words, shares} = successors(topic, word);
        expect(words).toHaveLength(4);
        expect([...words].every((id) => isIn(fillers, id))).toBe(true);
        expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
      }
    }
  });

  test("follows its shares: 50 %, 25 %, 15 % and 10 %", () => {
    const word = fillers.first + 5;
    const {words, shares} = successors(2, word);
    expect(new Set(words).size).toBe(4);
    const stream = randomStream(1);
    const drawn = Array.from({length: 20_000}, () => nextFiller(2, word, stream));
    words.forEach((successor, i) => {
      const share = drawn.filter((id) => id === successor).length / drawn.length;
      expect(Math.abs(share - shares[i])).toBeLessThan(5 * Math.sqrt(0.25 / drawn.length));
    });
  });

  test("differs between topics", () => {
    const rows = Array.from({length: topicCount}, (_, topic) =>
      successors(topic, fillers.first).words.join(" "),
    );
    expect(new Set(rows).size).toBe(topicCount);
  });

  test("writes only words that may follow each other", () => {
    const words = fillerWords(500, 4, randomStream(8));
    expect(words).toHaveLength(500);
    for (let i = 1; i < words.length; i++) expect(successors(4, words[i - 1]).words).toContain(words[i]);
    expect(fillerWords(0, 0, randomStream(0))).toEqual([]);
  });
});
