import {formatsOnModel} from "../../../src/lib/experiments/models/formats-on-model.js";
import {values, vocabulary} from "../../../src/lib/tasks/vocabulary.js";
import {defined, held, type KnownNumbers} from "./known.js";
import {file, small, smallDecoder, testDocuments, word} from "./sizes.js";

const checkpointRun = file("src/components/by-hand/checkpoint/checkpoint-run.ts");

/** Bytes of weights of a model that the page on a reader's checkpoint runs. */
const runBytes = Number(/^const MEMORY = ([\de]+);/m.exec(checkpointRun)![1]);

/** Known numbers of the pages in src/models. */
export const MODEL_NUMBERS: KnownNumbers = {
  "src/models/formats-on-a-working-model.md": [
    ...held(
      `each of its ${small.vocab_size} words`,
      `${Math.log(small.vocab_size).toFixed(1)} nats for a uniform guess`,
      `over all ${small.vocab_size} words`,
      `ln ${values.size} = ${Math.log(values.size).toFixed(1)} nats`,
      testDocuments(formatsOnModel.params.documents.default, false),
      smallDecoder,
    ),
    ...defined(
      "0 for a certain prediction",
      "0 only if nothing has changed",
      "all seven projections",
      "4-bit products",
    ),
  ],
  "src/models/your-checkpoint.md": [
    ...held(`up to ${runBytes / 4e6} million parameters (${runBytes / 1e6} MB as float32`),
    // Weights as read, transformed, in a form of the kernels, and in the format that is tried.
    ...defined("about four times as much while it runs"),
    ...held("each matrix of more than a million numbers"),
  ],
  "src/models/inside-the-model.md": held(
    `A decoder of ${word(small.num_hidden_layers)} layers`,
    `its ${vocabulary.length} words`,
  ),
};
