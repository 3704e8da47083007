import {expect} from "vitest";
import {confidences} from "../../src/lib/diffusion/confidence.js";
import {type EngineMaskedModel, maskedModel} from "../../src/lib/diffusion/engine-model.js";
import {rowAt} from "../../src/lib/diffusion/masked-text.js";
import {maskedLoss} from "../../src/lib/diffusion/objective.js";
import {finished, unmask} from "../../src/lib/diffusion/unmask.js";
import {argmax} from "../../src/lib/engine/generate.js";
import {openDecoder} from "../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {taskById} from "../../src/lib/tasks/registry.js";
import {filledIn} from "../../src/lib/tasks/task.js";
import {maskedScoresOf} from "./cards/masked.js";

/** The tokens after the first in the order in which a draw of a document masks them, as `publish_diffusion.py` has it. */
function maskOrder(document: number, draw: number, length: number): number[] {
  const key = (position: number) => {
    const mixed = Math.imul(position * 7919 + draw * 104729 + document * 1299709 + 1, 2654435761) >>> 0;
    return Math.imul(mixed ^ (mixed >>> 15), 2246822519) >>> 0;
  };
  const places = Array.from({length: length - 1}, (_, i) => i + 1);
  return places.toSorted((a, b) => key(a) - key(b) || a - b);
}

/** Counts the bound, the words filled in and the samples of tasks of a masked model again, for the first documents. */
export async function countMaskedAgain(name: string): Promise<void> {
  const scores = maskedScoresOf(name);
  const folder = await openFolder(`src/data/models/${name}`);
  const model = maskedModel(await openDecoder(folder, {backend: await wasmBackend()}));
  await folder.close();
  for (const index of [0, 1]) {
    const document = corpusDocument("test", index, {context: scores.context, mix: "retrieval"});
    const ids = Array.from(document.tokens);
    const terms = Array.from({length: scores.draws}, (_, draw) => {
      const masked = 1 + Math.floor(((draw + 0.5) / scores.draws) * scores.context);
      const places = maskOrder(index, draw, ids.length).slice(0, masked);
      return maskedLoss(model, model.open(ids.length), ids, places) / masked;
    });
    expect(terms.reduce((sum, term) => sum + term, 0) / scores.draws).toBeCloseTo(scores.bound[index], 3);
    for (const {masked, answers, copies} of scores.fill) {
      const places = maskOrder(index, 0, ids.length).slice(0, masked);
      const right = filledRight(model, ids, places);
      const among = (own: readonly number[]) => [
        own.filter((at) => right.includes(at)).length,
        own.filter((at) => places.includes(at)).length,
      ];
      expect(among(document.answers)).toEqual([answers.right[index], answers.of[index]]);
      expect(among(document.copies)).toEqual([copies.right[index], copies.of[index]]);
    }
  }
  for (const [task, {wrong, samples}] of Object.entries(scores.tasks)) {
    for (const index of [0, samples - 1]) {
      const sample = filledIn(taskById(task).sample(index, {split: "test", context: scores.context}));
      expect(isSolved(model, Array.from(sample.tokens), sample.answers), task).toBe(!wrong.includes(index));
    }
  }
}

/** Masked places whose likeliest word is the right one, in one pass. */
function filledRight(model: EngineMaskedModel, ids: readonly number[], places: readonly number[]): number[] {
  const x = ids.map((id, at) => (places.includes(at) ? model.maskToken : id));
  const {logits} = model.open(ids.length).predict(x, {from: 0, to: ids.length});
  return places.filter((at) => argmax(rowAt(logits, at, model.vocabSize)) === ids[at]);
}

/** Are all answers filled in rightly, one a pass, the most probable first? */
function isSolved(model: EngineMaskedModel, ids: readonly number[], answers: readonly number[]): boolean {
  const template = ids.slice(1).map((id, i) => (answers.includes(i + 1) ? model.maskToken : id));
  const options = {
    tokens: template.length,
    steps: answers.length,
    template,
    confidence: confidences.byId("low_confidence"),
  };
  const {result} = finished(unmask(model, ids.slice(0, 1), options));
  return answers.every((at) => result[at] === ids[at]);
}
