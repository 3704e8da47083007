import {pick} from "./filler.js";
import {haystackWith} from "./haystack.js";
import {defineTask, roomFor, type Task} from "./task.js";
import {keys, marker, values} from "./vocabulary.js";

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
    return [{prompt: [begin, ...intro, ...filler, ...phrase], answer: name}];
  },
);

function several(count: number, draw: () => number): number[] {
  return Array.from({length: count}, draw);
}
