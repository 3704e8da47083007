/** Compares two models on disk and tells the finding about each tensor as soon as it is there. */
import {comparableTensors, compareTensors, pairsOf} from "../../lib/checkpoint/compare.js";
import {openModelPath} from "../../lib/io/node-file.js";
import type {Work} from "./file-job.js";

/** Paths of the two models. */
export interface DiffOptions {
  readonly a: string;
  readonly b: string;
}

/** @throws FormatError, or the error of Node, for a path that holds no tensors. */
export const diffWork: Work<DiffOptions, null> = async (paths, tell) => {
  const a = await openModelPath(paths.a);
  const b = await openModelPath(paths.b).catch(async (error) => {
    await a.close();
    throw error;
  });
  try {
    const pairs = pairsOf(await comparableTensors(a), await comparableTensors(b));
    for (const [index, pair] of pairs.entries()) {
      tell.progress(index / pairs.length, pair.name);
      await tell.part(await compareTensors(pair));
    }
    return null;
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
};
