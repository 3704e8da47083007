import {html} from "htl";
import type {OnnxPart} from "../../../lib/compiled/onnx/export-decoder.js";
import {explorable} from "../../kit/explorable.js";
import {modelData} from "../../kit/runs/model-data.js";
import {saveFile} from "../../kit/save-file.js";
import {groupedDigits} from "../../kit/text/number-text.js";
import {webnnHere, webnnSays, webnnText} from "./webnn-run.js";

const MODEL = "weights/decoder-small";

/** Sizes of the file that a reader asks for. */
interface FileSetting {
  readonly compiledLength: number;
  readonly tokens: number;
}

/** The small decoder as an ONNX file, made in this browser when a button is pressed. */
export function onnxFileView(): HTMLElement {
  return explorable({
    label: "A decoder as an ONNX file",
    prefix: "onnx.",
    params: {
      compiledLength: {
        kind: "choice",
        label: "Compiled length",
        unit: "tokens",
        options: [64, 128, 256],
        default: 128,
      },
      tokens: {kind: "choice", label: "Tokens of a run", unit: "tokens", options: [1, 8, 32], default: 1},
    },
    draw: panel,
  });
}

function panel(setting: FileSetting): HTMLElement {
  const said = html`<p role="status">Not made yet.</p>`;
  const button =
    html`<button type="button" data-focus="save">Save decoder.onnx</button>` as HTMLButtonElement;
  button.onclick = async () => {
    button.disabled = true;
    try {
      const part = await exported(setting);
      saveFile("decoder.onnx", part.bytes as Uint8Array<ArrayBuffer>, "application/octet-stream");
      said.textContent = fileText(part);
    } catch (error) {
      said.textContent = `It could not be made: ${(error as Error).message}`;
    }
    button.disabled = false;
  };
  return html`<div><div class="live-product">${button}${said}</div>${webnnPanel(setting)}</div>`;
}

/** A run by WebNN, or where it is missing a sentence that says so. */
function webnnPanel({compiledLength}: FileSetting): HTMLElement {
  const webnn = webnnHere();
  if (webnn === undefined)
    return html`<p class="muted">This browser has no WebNN, which would compile the same graph for its machine.</p>`;
  const said = html`<p role="status">Not run yet: one token a run.</p>`;
  const button =
    html`<button type="button" data-focus="webnn">Run it with WebNN</button>` as HTMLButtonElement;
  button.onclick = async () => {
    button.disabled = true;
    said.textContent = "Compiling …";
    try {
      said.textContent = webnnSays(await webnnText(webnn, compiledLength));
    } catch (error) {
      said.textContent = `WebNN could not run it: ${(error as Error).message}`;
    }
    button.disabled = false;
  };
  return html`<div class="live-product">${button}${said}</div>`;
}

/** A file in a sentence: its size, and what a run takes and gives. */
export function fileText({bytes, inputs, outputs}: OnnxPart): string {
  const isCache = ({name}: OnnxPart["inputs"][number]) => /^(past_)?(keys|values)\./.test(name);
  const named = (values: OnnxPart["inputs"]) =>
    values
      .filter((value) => !isCache(value))
      .map(({name, shape}) => `${name} [${shape.join(", ")}]`)
      .join("; ");
  const caches = inputs.filter(isCache).length;
  return `${groupedDigits(String(bytes.length))} bytes. A run takes ${named(inputs)} and ${caches} caches, and gives ${named(outputs)} and as many caches, which are the next run's.`;
}

/** Loads the weights and the exporter only now: who does not press has none of either. */
async function exported(setting: FileSetting): Promise<OnnxPart> {
  const [{exportDecoder}, {decoderWeights}, {loadTensors}] = await Promise.all([
    import("../../../lib/compiled/onnx/export-decoder.js"),
    import("../../../lib/experiments/shared/decoders.js"),
    import("../../kit/runs/load-tensors.js"),
  ]);
  const {file} = modelData([MODEL])[MODEL];
  const weights = decoderWeights("decoder-small", new Map([[MODEL, await loadTensors(file)]]));
  return exportDecoder(weights, setting)[0];
}
