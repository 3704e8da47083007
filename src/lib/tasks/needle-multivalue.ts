import {asked, fact, newKeys, newPair, type Pair} from "./facts.js";
import {defineTask, type Task} from "./task.js";

/**
 * One key that gets new values again and again; the last ones count. RULER asks for all of them (niah_multivalue,
 * arXiv:2404.06654), which a grammar of one value pair per query cannot.
 */
export const needleMultivalue: Task = defineTask(
  {
    id: "needle-multivalue",
    title: "Last of several values",
    difficulty: {counts: "facts of the same key", min: 2, max: 16, default: 4},
  },
  (request) => {
    const [key] = newKeys(1, request);
    const pairs = Array.from({length: request.difficulty}, () => newPair(request));
    return asked(
      pairs.map((pair) => fact(key, pair)),
      [{key, pair: pairs.at(-1) as Pair}],
      request,
    );
  },
);
