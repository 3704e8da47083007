import {html} from "htl";
import {explorable} from "../../kit/explorable.js";
import {blobWorker} from "../../kit/runs/worker-run.js";
import {numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import type {ProductReply, ProductRequest, TimedProduct} from "./product-worker.js";

/** A product with packed weights, timed in this browser by what the reader chooses to run it on. */
export function liveProduct(): HTMLElement {
  return explorable({
    label: "A product on this machine",
    prefix: "product.",
    params: {
      format: {
        kind: "choice",
        label: "Weights",
        options: ["int4_g32", "mxfp4", "nvfp4", "razer", "q4_K", "q8_0"],
        default: "mxfp4",
      },
      rows: {kind: "choice", label: "Vectors at once", options: [1, 32], default: 1},
      on: {kind: "choice", label: "Runs on", options: ["WebAssembly", "WebGPU"], default: "WebAssembly"},
    },
    draw: ({format, rows, on}) => panel({format, rows: Number(rows), on: on as ProductRequest["on"]}),
  });
}

function panel(request: ProductRequest): HTMLElement {
  const said = html`<p role="status">Not run yet: 1,024 x 1,024 weights, in a worker.</p>`;
  const button = html`<button type="button" data-focus="run">Run it here</button>` as HTMLButtonElement;
  button.onclick = async () => {
    button.disabled = true;
    said.textContent = `Packing, then products on ${request.on} …`;
    try {
      const timed = await asked(request);
      said.replaceChildren(provenanceMark("measured"), ` ${timedText(timed, request.rows)}`);
    } catch (error) {
      said.textContent = `The run failed: ${(error as Error).message}`;
    }
    button.disabled = false;
  };
  return html`<div class="live-product">${button}${said}</div>`;
}

/** A timed product in sentences: what ran it, how long it took, how near it came to the definition. */
export function timedText(timed: TimedProduct, rows: number): string {
  const {on, adapter, isSoftware, refusal, milliseconds, bits, difference} = timed;
  const where =
    adapter === null ? `Ran on ${on}` : `Ran on ${on}: ${adapter}${isSoftware ? ", a software adapter" : ""}`;
  const why = refusal === null ? "" : `No WebGPU, since ${refusal}: WebAssembly runs in its place. `;
  const vectors = rows === 1 ? "a vector" : `${rows} vectors`;
  return `${why}${where}. A product with ${vectors} took ${numberText(milliseconds, 3)} ms, reading ${numberText(bits, 3)} bits a weight; its results differ from the definition by at most ${numberText(difference, 2)} of the largest.`;
}

/** Asks a worker of its own, which ends with the answer. @throws Error with the message of what failed. */
async function asked(request: ProductRequest): Promise<TimedProduct> {
  const worker = blobWorker(import.meta.resolve("./product-worker.js"));
  try {
    return await new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message || "the worker could not start"));
      worker.onmessage = ({data}: MessageEvent<ProductReply>) =>
        "timed" in data ? resolve(data.timed) : reject(new Error(data.message));
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}
