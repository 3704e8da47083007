import {asked, fact, newKeys, newPair} from "./facts.js";
import type {Haystack} from "./haystack.js";
import {defineTask, type Task} from "./task.js";

const HAYSTACKS: readonly Haystack[] = ["line", "text", "values"];

/** One fact, one query. (RULER niah_single, arXiv:2404.06654) */
export const needleSingle: Task = defineTask(
  {
    id: "needle-single",
    title: "Single needle",
    difficulty: {
      counts: "haystack: 1 a repeated line, 2 text, 3 text and spans of values",
      min: 1,
      max: 3,
      default: 2,
    },
  },
  (request) => {
    const [key] = newKeys(1, request);
    const pair = newPair(request);
    return asked([fact(key, pair)], [{key, pair}], request, HAYSTACKS[request.difficulty - 1]);
  },
);
