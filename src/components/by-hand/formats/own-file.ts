import {html} from "htl";
import type {ownFile} from "../../../lib/experiments/formats/own-file.js";
import type {ListedTensor} from "../../kit/runs/run-worker.js";
import {askWorker} from "../../kit/runs/worker-run.js";
import {failureText, isOffline} from "../../kit/text/failure-text.js";
import {numberText} from "../../kit/text/number-text.js";
import {workbench} from "../../kit/workbench.js";
import {ownFileFigure} from "../../plots/formats/own-file.js";

const listTimeLimit = 10_000;
const runTimeLimit = 60_000;
/** Formats measured at first; a reader may choose more. */
const firstElements = 4_000_000;
const shownTensors = 200;

/**
 * Takes a file of the reader's, or the files of a model, and compares formats on the tensors. They are read by ranges in a worker
 * that is ended after a time limit, and they never leave the machine.
 */
export function ownFileBench(): HTMLElement {
  const place = html`<div></div>`;
  const input = html`<input type="file" accept=".safetensors,.gguf,.json" multiple>` as HTMLInputElement;
  const drop = html`<div class="drop"><label>A safetensors or GGUF file of yours: ${input}</label>
    <p class="help">Or drop it here, or all files of a model together: quantized weights need their <code>config.json</code>. The bytes are read by a worker of this page alone, which can ask this site only and cannot open another address. The page itself gets names and results, and its script holds no way to send them elsewhere.</p></div>`;

  async function open(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    const what = files.length === 1 ? files[0].name : `${files[0].name} and ${files.length - 1} more`;
    place.replaceChildren(html`<p role="status">Reading the header of ${what} …</p>`);
    try {
      const tensors = await askWorker({kind: "list", files}, {signal: AbortSignal.timeout(listTimeLimit)});
      // Loaded when a file is there: the page shows its first figure without the code that reads files.
      const module = await import("../../../lib/experiments/formats/own-file.js");
      place.replaceChildren(chosenBench(module.ownFile, {files, what}, tensors));
    } catch (error) {
      place.replaceChildren(
        html`<p class="problem" role="alert">${isOffline(error) ? "" : `${what} could not be read: `}${failure(error)}</p>`,
      );
    }
  }

  input.addEventListener("change", () => open([...(input.files ?? [])]));
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    open([...(event.dataTransfer?.files ?? [])]);
  });
  return html`<section class="own-file" aria-label="A tensor file of your own">${drop}${place}</section>`;
}

function failure(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `its header was not read within ${listTimeLimit / 1000} seconds.`;
  }
  return failureText(error);
}

/** Files of a reader's, and their name in a sentence. */
interface Opened {
  readonly files: readonly File[];
  readonly what: string;
}

/** The choice of tensors and, below it, the comparison of those chosen. */
function chosenBench(
  experiment: typeof ownFile,
  {files, what}: Opened,
  tensors: readonly ListedTensor[],
): HTMLElement {
  const floats = tensors.filter(({isNumeric}) => isNumeric);
  if (floats.length === 0) {
    return html`<p class="problem" role="alert">${what} has ${tensors.length} tensors, and none of them holds floating-point numbers.</p>`;
  }
  const chosen = firstChoice(floats);
  const place = html`<div></div>`;
  const compare = () => {
    if (chosen.size === 0) place.replaceChildren(html`<p role="status">Choose a tensor.</p>`);
    else place.replaceChildren(benchOf(experiment, files, [...chosen]));
  };
  const list = html`<details class="tensor-list"><summary>Tensors of ${what}: ${floats.length} with floating-point numbers of ${tensors.length}</summary>
    <div class="boxes">${floats.slice(0, shownTensors).map((tensor) => tensorBox(tensor, chosen))}</div>
    ${floats.length > shownTensors ? html`<p class="help">The first ${shownTensors} are listed.</p>` : null}
  </details>`;
  list.addEventListener("change", compare);
  compare();
  return html`<div>${list}${place}</div>`;
}

/** Tensors from the first on, as long as they are small together; at least one. */
function firstChoice(tensors: readonly ListedTensor[]): Set<string> {
  const chosen = new Set<string>();
  let total = 0;
  for (const {name, shape} of tensors.slice(0, shownTensors)) {
    total += shape.reduce((product, size) => product * size, 1);
    if (total > firstElements && chosen.size > 0) break;
    chosen.add(name);
  }
  return chosen;
}

function tensorBox({name, dtype, shape}: ListedTensor, chosen: Set<string>): HTMLElement {
  const box = html`<input type="checkbox">` as HTMLInputElement;
  box.checked = chosen.has(name);
  box.addEventListener("change", () => (box.checked ? chosen.add(name) : chosen.delete(name)));
  return html`<label>${box} ${name} <span class="muted">${dtype} [${shape.map((size) => numberText(size)).join(", ")}]</span></label>`;
}

function benchOf(
  experiment: typeof ownFile,
  files: readonly File[],
  tensors: readonly string[],
): HTMLElement {
  return workbench(experiment, {
    figures: [ownFileFigure],
    prefix: "own.",
    files: {file: files},
    fixed: {tensors: tensors.join("\n")},
    timeLimit: runTimeLimit,
  });
}
