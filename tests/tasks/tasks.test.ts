import {createHash} from "node:crypto";
import {describe, expect, test} from "vitest";
import {nameRecall} from "../../src/lib/tasks/name-recall.js";
import {taskById, tasks} from "../../src/lib/tasks/registry.js";
import {filledIn, type Task, type TaskSample, taskScore} from "../../src/lib/tasks/task.js";
import {decodeText, encodeText, fillers, isIn, keys, marker, values} from "../../src/lib/tasks/vocabulary.js";

const COUNT = 60;

function samples(task: Task, options: Parameters<Task["sample"]>[1] = {}): TaskSample[] {
  return Array.from({length: COUNT}, (_, index) => task.sample(index, options));
}

/** What a reader who remembers every fact, the last one of a key counting, would answer after `text`. */
function lookUp(text: readonly number[]): number[] | undefined {
  const bound = new Map<number, number[]>();
  for (let at = 0; at < text.length; at++) {
    const [head, first, second, third] = text.slice(at, at + 4);
    if (head === marker.fact) bound.set(first, [second, third]);
    if (head === marker.alias) bound.set(first, bound.get(third)!);
  }
  return bound.get(text.at(-1)!);
}

function mostCommon(words: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0][0];
}

const heads = (sample: TaskSample, head: number) =>
  filledIn(sample).tokens.filter((id) => id === head).length;

describe("every task", () => {
  test("has an id of its own, by which it is found", () => {
    expect(new Set(tasks.map(({id}) => id)).size).toBe(tasks.length);
    for (const task of tasks) expect(taskById(task.id)).toBe(task);
    expect(() => taskById("needle")).toThrow("taskById: id must be one of needle-single, needle-multikey,");
  });

  test.each(tasks)("$id fills the context exactly at every difficulty", (task) => {
    const {min, max} = task.difficulty;
    for (const difficulty of [min, task.difficulty.default, max]) {
      for (const context of [400, 401, 1000]) {
        const sample = task.sample(3, {context, difficulty});
        const {tokens, answers} = filledIn(sample);
        expect(tokens).toHaveLength(context + 1);
        expect(tokens[0]).toBe(marker.begin);
        expect(answers.at(-1)).toBe(context);
        expect(answers).toHaveLength(sample.turns.flatMap(({answer}) => [...answer]).length);
      }
    }
  });

  test.each(tasks)("$id works at the smallest context it names and refuses one less", (task) => {
    let smallest = 0;
    expect(() => {
      try {
        task.sample(0, {context: 1});
      } catch (error) {
        smallest = Number(
          /context must be at least (\d+) at this difficulty, got 1$/.exec(String(error))?.[1],
        );
        throw error;
      }
    }).toThrow(RangeError);
    expect(filledIn(task.sample(0, {context: smallest})).tokens).toHaveLength(smallest + 1);
    expect(() => task.sample(0, {context: smallest - 1})).toThrow(`got ${smallest - 1}`);
  });

  test.each(tasks)("$id repeats a sample, and has others for another index, split or seed", (task) => {
    const key = (sample: TaskSample) => decodeText(filledIn(sample).tokens);
    expect(key(task.sample(4))).toBe(key(task.sample(4)));
    const all = (["train", "validation", "test"] as const).flatMap((split) =>
      [0, 1].flatMap((seed) => samples(task, {split, seed}).map(key)),
    );
    expect(new Set(all).size).toBe(6 * COUNT);
  });

  test("never changes: the hash of the first samples of all", () => {
    const hash = createHash("sha256");
    for (const task of tasks) for (const sample of samples(task)) hash.update(filledIn(sample).tokens);
    expect(hash.digest("hex").slice(0, 16)).toMatchInlineSnapshot(`"19b9dc2224718c12"`);
  });

  test.each(tasks)("$id refuses what it cannot make, by name", (task) => {
    const {min, max, counts} = task.difficulty;
    expect(() => task.sample(-1)).toThrow(`${task.id}: index must be an integer of at least 0, got -1`);
    expect(() => task.sample(0, {context: 0.5})).toThrow(
      `${task.id}: context must be an integer of at least 1, got 0.5`,
    );
    for (const difficulty of [min - 1, max + 1, Number.NaN]) {
      expect(() => task.sample(0, {difficulty})).toThrow(
        new RangeError(
          `${task.id}: difficulty (${counts}) must be an integer of ${min} .. ${max}, got ${difficulty}`,
        ),
      );
    }
  });
});

describe("retrieval", () => {
  const ids = [
    "needle-single",
    "needle-multikey",
    "needle-multiquery",
    "needle-multivalue",
    "variable-tracking",
  ];

  test.each(ids)("%s asks for what stands in its text", (id) => {
    for (const difficulty of [taskById(id).difficulty.min, taskById(id).difficulty.default, 3]) {
      for (const sample of samples(taskById(id), {difficulty, context: 160})) {
        const text: number[] = [];
        for (const {prompt, answer} of sample.turns) {
          text.push(...prompt);
          expect(text.at(-2)).toBe(marker.query);
          expect([...answer]).toEqual(lookUp(text));
          text.push(...answer);
        }
      }
    }
  });

  test("a single needle is alone, at all depths", () => {
    const places = samples(taskById("needle-single")).map((sample) => {
      expect(heads(sample, marker.fact)).toBe(1);
      return sample.turns[0].prompt.indexOf(marker.fact) / 120;
    });
    expect(Math.min(...places)).toBeLessThan(0.1);
    expect(Math.max(...places)).toBeGreaterThan(0.9);
    const middle = places.reduce((sum, place) => sum + place) / COUNT;
    expect(Math.abs(middle - 0.5)).toBeLessThan(0.15);
  });

  test("the single needle's haystack is one line, text, or text with spans of values", () => {
    const [line, text, spans] = [1, 2, 3].map((difficulty) =>
      taskById("needle-single").sample(0, {difficulty, context: 400}),
    );
    const words = (sample: TaskSample) =>
      new Set(filledIn(sample).tokens.filter((id) => isIn(fillers, id))).size;
    const ofValues = (sample: TaskSample) => filledIn(sample).tokens.filter((id) => isIn(values, id)).length;
    expect(words(line)).toBeLessThanOrEqual(15);
    expect(words(text)).toBeGreaterThan(25);
    expect([ofValues(line), ofValues(text)]).toEqual([4, 4]);
    expect(ofValues(spans)).toBeGreaterThan(50);
  });

  test("the difficulty is the number of facts, queries, values or aliases", () => {
    const at = (id: string, difficulty: number) => taskById(id).sample(1, {difficulty, context: 200});
    expect(heads(at("needle-multikey", 7), marker.fact)).toBe(7);
    expect(heads(at("needle-multikey", 7), marker.query)).toBe(1);
    expect(heads(at("needle-multiquery", 5), marker.fact)).toBe(5);
    expect(at("needle-multiquery", 5).turns).toHaveLength(5);
    expect(heads(at("needle-multivalue", 6), marker.fact)).toBe(6);
    expect(heads(at("variable-tracking", 3), marker.alias)).toBe(3);
    expect(at("variable-tracking", 3).turns).toHaveLength(3);
  });

  test("no two facts of a needle among needles have the same key, and any may be asked for", () => {
    const asked = new Set<number>();
    for (const sample of samples(taskById("needle-multikey"))) {
      const {prompt} = sample.turns[0];
      const facts = [...prompt].flatMap((id, at) => (id === marker.fact ? [prompt[at + 1]] : []));
      expect(new Set(facts).size).toBe(4);
      asked.add(facts.indexOf(prompt.at(-1)!));
    }
    expect(asked.size).toBe(4);
  });

  test("several values are of one key", () => {
    const {prompt} = taskById("needle-multivalue").sample(0).turns[0];
    const facts = [...prompt].flatMap((id, at) => (id === marker.fact ? [prompt[at + 1]] : []));
    expect(new Set([...facts, prompt.at(-1)!]).size).toBe(1);
  });
});

describe("lists and names", () => {
  test("the most common word of the list is the answer, and the only one more than once", () => {
    for (const sample of samples(taskById("common-words"), {difficulty: 9})) {
      const {prompt, answer} = sample.turns[0];
      const list = [...prompt.slice(prompt.indexOf(marker.tally) + 1, -1)];
      expect(prompt.at(-1)).toBe(marker.most);
      expect(list).toHaveLength(15);
      expect(new Set(list).size).toBe(10);
      expect(mostCommon(list)).toBe(answer[0]);
    }
  });

  test("the name follows both mentions of its phrase, with nothing but filler between", () => {
    for (const sample of samples(taskById("coreference"), {difficulty: 5})) {
      const {tokens} = filledIn(sample);
      const phrase = [...tokens.slice(1, 5)];
      expect(phrase[0]).toBe(marker.copy);
      expect(phrase.slice(1).every((id) => isIn(keys, id))).toBe(true);
      expect([...tokens.slice(-9, -5)]).toEqual(phrase);
      expect(tokens.slice(-5)).toEqual(tokens.slice(5, 10));
      const between = tokens.slice(11, -9);
      expect(between.every((id) => isIn(fillers, id) || id === marker.separator)).toBe(true);
    }
  });

  test("a name's recall counts wrong tokens, and one is a miss", () => {
    expect(nameRecall([1, 2, 3, 4], [1, 2, 3, 4])).toEqual({locationInaccuracy: 0, missed: false});
    expect(nameRecall([1, 2, 9, 4], [1, 2, 3, 4])).toEqual({locationInaccuracy: 25, missed: true});
    expect(() => nameRecall([1], [1, 2])).toThrow(
      new RangeError("nameRecall: predicted must be as long as name and not empty, got 1 for 2"),
    );
    expect(() => nameRecall([], [])).toThrow("got 0 for 0");
  });
});

describe("the score", () => {
  const sample: TaskSample = {
    turns: [
      {prompt: encodeText("query otter"), answer: encodeText("amber plum")},
      {prompt: encodeText(". query newt"), answer: encodeText("iron gold")},
    ],
  };

  test("is the share of answers found in what was written, whatever stands around them", () => {
    expect(taskScore(sample, [encodeText("amber plum"), encodeText("iron gold .")])).toBe(1);
    expect(taskScore(sample, [encodeText("lamp amber plum"), encodeText("gold iron")])).toBe(0.5);
    expect(taskScore(sample, [encodeText("amber"), encodeText("gold")])).toBe(0);
    expect(taskScore(sample, [[], []])).toBe(0);
  });

  test("needs the words of every turn", () => {
    expect(() => taskScore(sample, [encodeText("amber plum")])).toThrow(
      new RangeError("taskScore: written must hold 2 turns, got 1"),
    );
  });

  test.each(tasks)("of $id is 1 for its own answers and 0 for silence", (task) => {
    for (const own of samples(task).slice(0, 5)) {
      expect(
        taskScore(
          own,
          own.turns.map(({answer}) => answer),
        ),
      ).toBe(1);
      expect(
        taskScore(
          own,
          own.turns.map(() => [marker.separator]),
        ),
      ).toBe(0);
    }
  });
});
