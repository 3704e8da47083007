import {html} from "htl";
import type {ownFile} from "../../../lib/experiments/formats/own-file.js";
import type {ListedTensor} from "../../kit/run-worker.js";
import {failureText, isOffline} from "../../kit/text/failure-text.js";
import {numberText} from "../../kit/text/number-text.js";
import {workbench} from "../../kit/workbench.js";
import {askWorker} from "../../kit/worker-run.js";
import {ownFileFigure} from "../../plots/formats/own-file.js";

const listTimeLimit = 10_000;
const runTimeLimit = 60_000;
/** Formats measured at first; a reader may choose more. */
const firstElements = 4_000_000;
const shownTensors = 200;

/**
 * Takes a tensor file of the reader's and compares formats on its tensors. It is read by ranges in a worker
 * that is ended after a time limit, and it never leaves the machine.
 */
export function ownFileBench(): HTMLElement {
  const place = html`<div></div>`;
  const input = html`<input type="file" accept=".safetensors">` as HTMLInputElement;
  const drop = html`<div class="drop"><label>A safetensors file of yours: ${input}</label>
    <p class="help">Or drop it here. Its bytes are read by a worker of this page alone, which can ask this site only and cannot open another address. The page itself gets names and results, and its script holds no way to send them elsewhere.</p></div>`;

  async function open(file: File): Promise<void> {
    place.replaceChildren(html`<p role="status">Reading the header of ${file.name} …</p>`);
    try {
      const tensors = await askWorker({kind: "list", file}, {signal: AbortSignal.timeout(listTimeLimit)});
      // Loaded when a file is there: the page shows its first figure without the code that reads files.
      const module = await import("../../../lib/experiments/formats/own-file.js");
      place.replaceChildren(chosenBench(module.ownFile, file, tensors));
    } catch (error) {
      place.replaceChildren(
        html`<p class="problem" role="alert">${isOffline(error) ? "" : `${file.name} could not be read: `}${failure(error)}</p>`,
      );
    }
  }

  input.addEventListener("change", () => input.files?.[0] && open(input.files[0]));
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) open(file);
  });
  return html`<section class="own-file" aria-label="A tensor file of your own">${drop}${place}</section>`;
}

function failure(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `its header was not read within ${listTimeLimit / 1000} seconds.`;
  }
  return failureText(error);
}

/** The choice of tensors and, below it, the comparison of those chosen. */
function chosenBench(experiment: typeof ownFile, file: File, tensors: readonly ListedTensor[]): HTMLElement {
  const floats = tensors.filter(({dtype}) => /^(F|BF)/.test(dtype));
  if (floats.length === 0) {
    return html`<p class="problem" role="alert">${file.name} has ${tensors.length} tensors, and none of them holds floating-point numbers.</p>`;
  }
  const chosen = firstChoice(floats);
  const place = html`<div></div>`;
  const compare = () => {
    if (chosen.size === 0) place.replaceChildren(html`<p role="status">Choose a tensor.</p>`);
    else place.replaceChildren(benchOf(experiment, file, [...chosen]));
  };
  const list = html`<details class="tensor-list"><summary>Tensors of ${file.name}: ${floats.length} with floating-point numbers of ${tensors.length}</summary>
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

function benchOf(experiment: typeof ownFile, file: File, tensors: readonly string[]): HTMLElement {
  return workbench(experiment, {
    figures: [ownFileFigure],
    prefix: "own.",
    files: {file},
    fixed: {tensors: tensors.join("\n")},
    timeLimit: runTimeLimit,
  });
}
