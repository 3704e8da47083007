import {
  draftSeconds,
  layersBytes,
  OFFLOADED_MODELS,
  type OffloadedModel,
  SUBSPEC_CALIBRATION,
  secondsPerToken,
  transferSeconds,
} from "../../../decoding/subspec/offload.js";
import type {Claim, Evidence} from "../claim.js";
import {modelled, reported} from "../evidence.js";
import {type DecodingFound, samenessOf, sameTexts, speedsWithin, tokensOf} from "./evidence.js";

const paper = "arXiv:2509.18344";

/** Tokens drafted ahead and bits per weight of the draft in the paper's runs. */
const DEPTH = 48;
const BITS = 4.5;

/** Speed against plain offloading, with no layer resident beside the copy, as the authors run it. */
function modelledSpeed(model: OffloadedModel, tokens: number): number {
  const {linkBytesPerSecond, draftOverheadSeconds, draftBytesPerSecond} = SUBSPEC_CALIBRATION;
  const copied = {...model, layers: model.layers - model.plainResident};
  const plain = transferSeconds(layersBytes(copied, 16), linkBytesPerSecond);
  const read = layersBytes(model, BITS) + 2 * model.vocabSize * model.hiddenSize;
  const draft = draftSeconds(read, {
    overheadSeconds: draftOverheadSeconds,
    bytesPerSecond: draftBytesPerSecond,
  });
  const verify = transferSeconds(layersBytes(model, 16), linkBytesPerSecond);
  return plain / secondsPerToken(DEPTH, tokens, {draftSeconds: draft, verifySeconds: verify});
}

const modelById = (id: string): OffloadedModel => OFFLOADED_MODELS.find((model) => model.id === id)!;

const speed = (id: string, tokens: number): Evidence =>
  modelled(
    `${id}, ${tokens} tokens a pass as printed`,
    "times as fast as plain offloading",
    modelledSpeed(modelById(id), tokens),
    "x",
  );

const CONSTANTS =
  "Ours is a model of the time: bytes over the link, bytes of the draft and two constants that the authors' own runs give. The tokens of a pass are the printed ones; plain offloading is counted by its copies alone.";

const seven: Claim<DecodingFound> = {
  id: "subspec-speed",
  paper,
  place: "abstract",
  statement: "Qwen2.5 7B with 8 GB of memory writes 9.1 times as fast as with plain offloading.",
  kind: "modelled",
  reported: [reported("Qwen2.5 7B, MT-Bench", "times as fast as plain offloading", 9.1, "x")],
  ours: () => [speed("Qwen2.5-7B", 28.35)],
  judge: speedsWithin,
  why: CONSTANTS,
};

const thirtyTwo: Claim<DecodingFound> = {
  id: "subspec-speed-32b",
  paper,
  place: "abstract",
  statement: "Qwen2.5 32B with 24 GB of memory writes 12.5 times as fast on average.",
  kind: "modelled",
  reported: [reported("Qwen2.5 32B, mean of the benchmarks", "times as fast as plain offloading", 12.5, "x")],
  ours: () => [speed("Qwen2.5-32B", 28.97)],
  judge: speedsWithin,
  why: `${CONSTANTS} The tokens of a pass are the mean over benchmarks that a summary of the paper gives.`,
};

const lossless: Claim<DecodingFound> = {
  id: "subspec-lossless",
  paper,
  place: "abstract",
  statement: "Drafts by a substitute in few bits do not change what the model writes.",
  kind: "measured",
  reported: [reported("Qwen2.5 and Llama 3.1", "no number is given", null, "")],
  ours: ({drafts: {subspec}}) => [...samenessOf(subspec), tokensOf(subspec)],
  judge: sameTexts,
  why: "Our decoder, its layers rounded for the draft as in the paper, by HQQ to 4 bits in groups of 64, writes test documents greedily; each text is compared with that of plain decoding, token by token.",
};

/** Claims of SubSpec. */
export const subspecClaims: readonly Claim<DecodingFound>[] = [seven, thirtyTwo, lossless];
