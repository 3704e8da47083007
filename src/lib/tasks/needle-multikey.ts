import {asked, fact, newKeys, newPair} from "./facts.js";
import {defineTask, type Task} from "./task.js";

/** Several facts with different keys, one query. (RULER niah_multikey, arXiv:2404.06654) */
export const needleMultikey: Task = defineTask(
  {
    id: "needle-multikey",
    title: "Needle among needles",
    difficulty: {counts: "facts", min: 2, max: 64, default: 4},
  },
  (request) => {
    const facts = newKeys(request.difficulty, request).map((key) => ({key, pair: newPair(request)}));
    const wanted = facts[request.stream.integer(facts.length)];
    return asked(
      facts.map(({key, pair}) => fact(key, pair)),
      [wanted],
      request,
    );
  },
);
