import {shuffled} from "../tensor/random.js";
import {haystackWith} from "./haystack.js";
import {distinctFillers} from "./segments.js";
import {defineTask, roomFor, type Task} from "./task.js";
import {marker} from "./vocabulary.js";

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
    const [common, ...others] = distinctFillers(difficulty + 1, stream);
    const list = shuffled([...Array<number>(6).fill(common), ...others], stream);
    const question = [marker.tally, ...list, marker.most];
    const text = haystackWith([], roomFor(question.length + 1, request), stream);
    return [{prompt: [...text, ...question], answer: [common]}];
  },
);
