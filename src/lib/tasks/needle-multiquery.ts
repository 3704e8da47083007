import {shuffled} from "../tensor/random.js";
import {asked, fact, newKeys, newPair} from "./facts.js";
import {defineTask, type Task} from "./task.js";

/** Several facts, all asked for, one after the other and in another order. (RULER niah_multiquery, arXiv:2404.06654) */
export const needleMultiquery: Task = defineTask(
  {
    id: "needle-multiquery",
    title: "Several queries",
    difficulty: {counts: "facts, each queried", min: 2, max: 16, default: 4},
  },
  (request) => {
    const facts = newKeys(request.difficulty, request).map((key) => ({key, pair: newPair(request)}));
    const order = shuffled(facts, request.stream);
    return asked(
      facts.map(({key, pair}) => fact(key, pair)),
      order,
      request,
    );
  },
);
