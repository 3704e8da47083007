import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {SpeedRecord, SpeedRun} from "./speed-table.js";

/** A comparison that decides something for a user, by its contest and the software beside which it ran. */
interface KeyContest {
  readonly task: string;
  readonly contest: string;
  readonly beside: string;
}

/** The comparisons that matter, from weights to text. */
export const KEY_CONTESTS: readonly KeyContest[] = [
  {task: "Packing weights in q4_K, with its search", contest: "encode-q4_K", beside: "ggml"},
  {task: "Unpacking q4_0", contest: "decode-q4_0", beside: "ggml"},
  {
    task: "A product with 4-bit weights and 8-bit activations",
    contest: "gemv-int4-int8",
    beside: "onnxruntime-node",
  },
  {task: "The same product, both as a browser runs it", contest: "gemv-int4-int8", beside: "onnxruntime-web"},
  {task: "A product of float32 matrices", contest: "gemm-512", beside: "onnxruntime-node"},
  {task: "32 tokens of a small decoder from a q4_0 file", contest: "gguf-q4-0", beside: "llama.cpp"},
  {task: "Attention over a tenth of 32k tokens", contest: "decode-attention-kv-heads", beside: "dense"},
  {task: "The 256 largest singular values of 4096 x 1024", contest: "svd-4096x1024", beside: "LAPACK"},
  {task: "Mamba's scan", contest: "selective-scan", beside: "PyTorch"},
  {task: "Cutting text into Llama 3's tokens", contest: "tokenizer-llama3", beside: "Rust"},
];

/** A comparison that was run, with its task. */
interface KeyRecord extends SpeedRecord {
  readonly task: string;
}

/** The key comparisons of a run. @throws RangeError naming one that the run does not have. */
export function keyRecords({records}: SpeedRun): readonly KeyRecord[] {
  return KEY_CONTESTS.map(({task, contest, beside}) => {
    const record = records.find(({name, peerName}) => name === contest && peerName?.startsWith(beside));
    if (record !== undefined) return {...record, task};
    throw new RangeError(`keyRecords: run must hold ${contest} beside ${beside}`);
  });
}

/** The product of 4-bit weights and 8-bit activations beside a copy of these weights: whether memory is what limits it. */
export function memoryBound({records}: SpeedRun): string {
  const record = records.find(({name, peerName}) => name === BOUND && peerName?.startsWith("a copy of"));
  if (record?.peer == null) throw new RangeError(`memoryBound: run must hold ${BOUND} beside a copy`);
  const {ours, peer} = record;
  const share = `${numberText((100 * peer) / ours, 2)} %`;
  const finding =
    peer > ours / 2
      ? "memory limits this product more than arithmetic does"
      : "arithmetic limits this product, not memory";
  return `A copy of the weights in 4 bits of that product takes ${numberText(peer, 2)} ms, ${share} of the ${numberText(ours, 2)} ms that the product takes: ${finding}.`;
}

const BOUND = "gemv-int4-int8";

/** Ends of the scale: from a 32nd as fast to 32 times as fast. */
const MOST_DOUBLINGS = 5;

/** The share of the scale at which a ratio stands, from 0 to 100. */
const placeOf = (ratio: number): number =>
  50 + (50 * Math.min(Math.max(Math.log2(ratio), -MOST_DOUBLINGS), MOST_DOUBLINGS)) / MOST_DOUBLINGS;

/** The comparisons that matter, each as a bar from even to its ratio, longer by as much for each doubling. */
export function speedStory(run: SpeedRun): HTMLElement {
  const records = keyRecords(run);
  const faster = records.filter(({ratio}) => (ratio ?? 0) > 1);
  const figure = captioned(
    "How many times as fast as other software, in the ten tasks that matter?",
    `This library is faster in ${faster.length} of ${records.length}. Bars to the right: this library is faster; to the left: the other software. Each doubling of the ratio is as long as the next.`,
    html`<ul class="ratio-bars">${records.map(ratioBar)}</ul>`,
  );
  figure.dataset.figure = "story";
  return figure;
}

function ratioBar({task, ratio, peerName}: KeyRecord): HTMLElement {
  const place = placeOf(ratio ?? 1);
  const [from, to] = place < 50 ? [place, 50] : [50, place];
  return html`<li><span>${task} <small>beside ${peerName}</small></span><span class="ratio-track" aria-hidden="true"><span class=${place < 50 ? "slower" : "faster"} style=${`--from: ${from}%; --length: ${to - from}%`}></span></span><strong>${numberText(ratio ?? 0, 2)} times</strong></li>`;
}
