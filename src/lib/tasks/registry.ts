/** Every task of the retrieval vocabulary, by its id. */
import {commonWords} from "./common-words.js";
import {coreference} from "./coreference.js";
import {needleMultikey} from "./needle-multikey.js";
import {needleMultiquery} from "./needle-multiquery.js";
import {needleMultivalue} from "./needle-multivalue.js";
import {needleSingle} from "./needle-single.js";
import type {Task} from "./task.js";
import {variableTracking} from "./variable-tracking.js";

/** All tasks that a model may be asked. */
export const tasks: readonly Task[] = [
  needleSingle,
  needleMultikey,
  needleMultiquery,
  needleMultivalue,
  variableTracking,
  commonWords,
  coreference,
];

/** @throws RangeError listing the ids if there is no such task. */
export function taskById(id: string): Task {
  const task = tasks.find((candidate) => candidate.id === id);
  if (task === undefined) {
    throw new RangeError(`taskById: id must be one of ${tasks.map((t) => t.id).join(", ")}, got "${id}"`);
  }
  return task;
}
