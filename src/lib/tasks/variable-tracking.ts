import {shuffled} from "../tensor/random.js";
import {asked, fact, newKeys, newPair} from "./facts.js";
import {defineTask, type Task} from "./task.js";
import {marker} from "./vocabulary.js";

/** A fact and a chain of aliases; every name of the chain is asked for. (RULER vt, arXiv:2404.06654) */
export const variableTracking: Task = defineTask(
  {
    id: "variable-tracking",
    title: "Variable tracking",
    difficulty: {counts: "aliases in the chain", min: 1, max: 8, default: 2},
  },
  (request) => {
    const [first, ...aliases] = newKeys(request.difficulty + 1, request);
    const pair = newPair(request);
    const chain = [first, ...aliases].map((key, i, names) =>
      i === 0 ? fact(key, pair) : [marker.alias, key, marker.equals, names[i - 1], marker.separator],
    );
    return asked(
      chain,
      shuffled(
        aliases.map((key) => ({key, pair})),
        request.stream,
      ),
      request,
    );
  },
);
