import type {WebnnBuilderClass, WebnnContext} from "../../../lib/compiled/webnn/webnn-runtime.js";
import {modelData} from "../../kit/runs/model-data.js";
import {numberText} from "../../kit/text/number-text.js";

const MODEL = "weights/decoder-small";
const PROMPT = "fact otter amber plum . query otter";
const WRITTEN = 6;

/** WebNN as a browser offers it. */
interface Webnn {
  readonly createContext: () => Promise<WebnnContext>;
  readonly Builder: WebnnBuilderClass;
}

/** WebNN of this browser; none where it has none. */
export function webnnHere(): Webnn | undefined {
  const {ml} = navigator as {readonly ml?: {createContext(): Promise<WebnnContext>}};
  const {MLGraphBuilder: Builder} = globalThis as {readonly MLGraphBuilder?: WebnnBuilderClass};
  return ml && Builder && {createContext: () => ml.createContext(), Builder};
}

/** Words that WebNN wrote, those of this library, and the time of a token. */
export interface WebnnText {
  readonly own: string;
  readonly expected: string;
  readonly milliseconds: number;
}

/** The run in a sentence. */
export function webnnSays({own, expected, milliseconds}: WebnnText): string {
  const same = own === expected ? "as this library does" : `where this library writes “${expected}”`;
  return `After “${PROMPT}” WebNN writes “${own}”, ${same}; ${numberText(milliseconds, 3)} ms a token.`;
}

/** Compiles the small decoder by WebNN and lets it write. @throws the browser's error for what its machine lacks. */
export async function webnnText({createContext, Builder}: Webnn, compiledLength: number): Promise<WebnnText> {
  const [onnx, text, runtime, engine, generate, decoders, prompts, words, tensors] = await Promise.all([
    import("../../../lib/compiled/onnx/export-decoder.js"),
    import("../../../lib/compiled/onnx/onnx-text.js"),
    import("../../../lib/compiled/webnn/webnn-runtime.js"),
    import("../../../lib/engine/decoder/decoder-weights.js"),
    import("../../../lib/engine/generate.js"),
    import("../../../lib/experiments/shared/decoders.js"),
    import("../../../lib/experiments/shared/prompt.js"),
    import("../../../lib/tasks/vocabulary.js"),
    import("../../kit/runs/load-tensors.js"),
  ]);
  const loaded = await tensors.loadTensors(modelData([MODEL])[MODEL].file);
  const weights = decoders.decoderWeights("decoder-small", new Map([[MODEL, loaded]]));
  const ids = prompts.promptIds(PROMPT);
  const parts = onnx.decoderGraphs(weights, {compiledLength, tokens: 1});
  const run = await runtime.webnnRuntime(await createContext(), Builder, parts);
  const written = text.onnxText(weights.config, compiledLength, [{tokens: 1, parts, run}]);
  const began = performance.now();
  let row = lastRow(await written.read(ids), weights.config.vocabSize);
  const own: number[] = [];
  while (own.length < WRITTEN) {
    own.push(generate.argmax(row));
    row = await written.read(own.slice(-1));
  }
  const milliseconds = (performance.now() - began) / (ids.length + WRITTEN);
  const expected = generate.greedy(await engine.decoderOf(weights), ids, WRITTEN).tokens;
  return {own: words.decodeText(own), expected: words.decodeText([...expected]), milliseconds};
}

const lastRow = (logits: Float32Array, vocabSize: number): Float32Array =>
  logits.subarray(logits.length - vocabSize);
