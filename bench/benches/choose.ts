import {File} from "node:buffer";
import {modelFolder} from "../../src/lib/checkpoint/model-folder.js";
import {ownFile} from "../../src/lib/experiments/formats/own-file.js";
import {blobFolder} from "../../src/lib/io/model-folder.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import type {Contest} from "../harness/contest.js";

const SIDE = 4096;
const ELEMENTS = SIDE * SIDE;
/** Elements that a page measures of a larger tensor. */
const SAMPLE = 2 ** 20;
const FORMATS = ["int4", "mxfp4", "nvfp4", "razer"];

/** A file as a page gives it to its worker. */
function openFile() {
  const data = draws(ELEMENTS, randomStream(1, "bench/choose").normal);
  const bytes = writeSafetensors([{name: "w", dtype: "F32", shape: [SIDE, SIDE], data}]);
  return modelFolder(blobFolder([new File([new Uint8Array(bytes)], "w.safetensors") as globalThis.File]));
}

/** Measures the formats on so many elements. @throws Error if that was not done for each. */
async function choose(file: Awaited<ReturnType<typeof openFile>>, sampleElements: number): Promise<void> {
  const rows = await ownFile.run({file, formats: FORMATS, sampleElements});
  const measured = rows.filter((row) => row.measuredElements === sampleElements && row.sqnrDb !== null);
  if (measured.length !== FORMATS.length) {
    throw new Error(`choose-16m: ${FORMATS.length} formats must be measured, got ${measured.length}`);
  }
}

/** The choice of a format for a tensor of 16 million values, from the file to the errors, on one thread. */
export const choices: readonly Contest[] = [
  {
    name: "choose-16m",
    title: `choose a format for ${SIDE} x ${SIDE} values: errors of ${FORMATS.join(", ")}, every value`,
    unit: "s",
    target: 1,
    samples: 15,
    async prepare() {
      const file = await openFile();
      return {work: 1, ours: () => choose(file, ELEMENTS), peers: []};
    },
  },
  {
    name: "choose-16m-sample",
    title: `choose a format for ${SIDE} x ${SIDE} values, on the ${SAMPLE} that a page takes`,
    unit: "s",
    target: 1,
    samples: 15,
    async prepare() {
      const file = await openFile();
      return {work: 1, ours: () => choose(file, SAMPLE), peers: []};
    },
  },
];
