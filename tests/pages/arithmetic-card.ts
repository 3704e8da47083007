import {expect} from "vitest";
import {taggedWork} from "../../src/lib/decoding/split-reason/labels.js";
import {openModel} from "../../src/lib/engine/language-model.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {scoreTokens} from "../../src/lib/evaluate/token-scores.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {arithmeticProblem, HARD_STEP} from "../../src/lib/tasks/arithmetic.js";
import {encodeCharacters} from "../../src/lib/tasks/characters.js";
import {problemScoresOf} from "./cards/arithmetic.js";

/** Counts what a model of worked arithmetic makes of the first test problems again, and of the last. */
export async function countProblemsAgain(name: string): Promise<void> {
  const {loss, right, of} = problemScoresOf(name);
  const folder = await openFolder(`src/data/models/${name}`);
  const opened = await openModel(folder, {backend: await wasmBackend()});
  await folder.close();
  for (const index of [0, 1, 2, of.length - 1]) {
    const problem = arithmeticProblem("test", index);
    const hard = problem.steps.map(({difficulty}) => name.includes("-split") && difficulty >= HARD_STEP);
    const ids = Array.from(encodeCharacters(taggedWork(problem, hard)));
    const {logProbs, topTokens} = scoreTokens(opened.read()(ids.slice(0, -1)), ids.slice(1));
    const work = ids.flatMap((_, at) => (at >= problem.prompt.length ? [at] : []));
    const mean = -work.reduce((sum, at) => sum + logProbs[at - 1], 0) / work.length;
    expect(mean).toBeCloseTo(loss[index], 3);
    expect(work.filter((at) => topTokens[at - 1] === ids[at]).length).toBe(right[index]);
    expect(work.length).toBe(of[index]);
  }
}
