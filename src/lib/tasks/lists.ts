/** Tasks beside needle retrieval: RULER's common words and TokenButler's co-reference, in the words of the corpus. */
import {shuffled} from "../tensor/random.js";
import {pick} from "./filler.js";
import {haystackWith} from "./haystack.js";
import {distinctFillers} from "./segments.js";
import {defineTask, roomFor, type Task} from "./task.js";
import {keys, marker, values} from "./vocabulary.js";

/**
 * A list of words in random order, one of which is there 6 times and each other once; which one is it?
 * RULER's common words extraction below 4096 tokens has the same counts. (arXiv:2404.06654, section 3)
 */
export const commonWords: Task = defineTask(
  {
    id: "common-words",
    title: "Most common word",
    difficulty: {counts: "other words", min: 1, max: 100, default: 6},
  },
  (request) => {
    const {difficulty, stream} = request;
    const [common, ...others] = distinctFillers(difficulty + 1, stream) as [number, ...number[]];
    const list = shuffled([...Array<number>(6).fill(common), ...others], stream);
    const question = [marker.tally, ...list, marker.most];
    const text = haystackWith([], roomFor(question.length + 1, request), stream);
    return [{prompt: [...text, ...question], answer: [common]}];
  },
);

/**
 * A phrase of three keys and a name of several values, then filler, then the phrase again: the name must be
 * recalled token by token. (TokenButler, arXiv:2503.07518, synthetic co-reference; its prose is 150 words long)
 */
export const coreference: Task = defineTask(
  {
    id: "coreference",
    title: "Co-reference",
    difficulty: {counts: "tokens of the name", min: 1, max: 8, default: 4},
  },
  (request) => {
    const {difficulty, stream} = request;
    const phrase = [marker.copy, ...several(3, () => pick(stream, keys))];
    const name = several(difficulty, () => pick(stream, values));
    const intro = [...phrase, ...name, marker.separator];
    const between = roomFor(intro.length + phrase.length + name.length, request);
    const [begin, ...filler] = haystackWith([], between, stream);
    return [{prompt: [begin as number, ...intro, ...filler, ...phrase], answer: name}];
  },
);

function several(count: number, draw: () => number): number[] {
  return Array.from({length: count}, draw);
}
