import {h2oRule} from "../../attention/h2o/h2o.js";
import {snapKvRule} from "../../attention/snapkv/snapkv.js";
import {streamingRule} from "../../attention/streaming-llm.js";
import {nf4} from "../../formats/codebook/nf4.js";
import {fp16} from "../../formats/float/float.js";
import {int, intRules} from "../../formats/int.js";
import {mxfp4} from "../../formats/mx/mx.js";
import {nvfp4} from "../../formats/nvfp4/nvfp4.js";
import {razerAct} from "../../formats/razer/razer-act.js";
import {formatById} from "../../formats/registry.js";
import type {CacheTechnique} from "./cache-technique.js";
import {oracle, quest, tokenButler} from "./reading-techniques.js";
import {blockFloats, cskv, evicting, inFormat, kivi, miniCache, xkv} from "./technique-makers.js";

const int8 = int({bits: 8});
const int4 = int({bits: 4});
/** CSKV's integers: a scale and a zero point for every 32. */
const features4 = int({bits: 4, scheme: "asym", groupSize: 32, rule: intRules.awq});

const streaming = streamingRule;
const h2o = h2oRule();
/** A window that leaves room for others in the short texts here. */
const snapKv = snapKvRule({window: 8, pool: 5});
const H2O = "H2O, arXiv:2306.14048, algorithm 1";
const SNAPKV = "SnapKV, arXiv:2404.14469, section 4";
const STREAMING = "StreamingLLM, arXiv:2309.17453, section 3.2";

/** Every technique and combination of the page, by id: adding one is one line. */
export const CACHE_TECHNIQUES = {
  fp16: inFormat(fp16),
  fp8: inFormat(formatById("fp8_e4m3")),
  int8: inFormat(int8),
  int4: inFormat(int4),
  "int4-asym": inFormat(formatById("int4_asym")),
  int3: inFormat(int({bits: 3})),
  int2: inFormat(int({bits: 2})),
  nf4: inFormat(nf4),
  mxfp4: inFormat(mxfp4),
  nvfp4: inFormat(nvfp4()),
  "nvfp4-untensored": inFormat(nvfp4({tensorScale: "none"}), {label: "nvfp4, no tensor scale"}),
  razer: inFormat(razerAct(), {label: "razer"}),
  bfp4: blockFloats(4, 8, false),
  "ksort-bfp4": blockFloats(4, 8, true),
  "ksort-bfp3": blockFloats(3, 8, true),
  "kivi-4": kivi(4),
  "kivi-3": kivi(3),
  "kivi-2": kivi(2),
  "per-token-4": kivi(4, "channels"),
  "per-token-2": kivi(2, "channels"),
  "svd-half": xkv(1, 0.25),
  "svd-quarter": xkv(1, 0.125),
  "xkv2-half": xkv(2, 0.25),
  "xkv2-quarter": xkv(2, 0.125),
  "xkv4-half": xkv(4, 0.25),
  "xkv4-quarter": xkv(4, 0.125),
  minicache: miniCache("correct", 0.05),
  "minicache-half": miniCache("correct", 0.5),
  "minicache-released": miniCache("released", 0.05),
  "cskv-half": cskv(0.5),
  "cskv-quarter": cskv(0.25),
  "streaming-half": evicting("StreamingLLM", streaming, 0.5, {source: STREAMING}),
  "streaming-quarter": evicting("StreamingLLM", streaming, 0.25, {source: STREAMING}),
  "h2o-half": evicting("H2O", h2o, 0.5, {source: H2O}),
  "h2o-quarter": evicting("H2O", h2o, 0.25, {source: H2O}),
  "snapkv-half": evicting("SnapKV", snapKv, 0.5, {source: SNAPKV}),
  "snapkv-quarter": evicting("SnapKV", snapKv, 0.25, {source: SNAPKV}),
  "quest-half": quest(0.5),
  "quest-quarter": quest(0.25),
  "butler-half": tokenButler(0.5),
  "butler-quarter": tokenButler(0.25),
  "oracle-quarter": oracle(0.25),
  "oracle-eighth": oracle(0.125),
  "xkv4-half-int8": xkv(4, 0.25, int8),
  "xkv4-half-int4": xkv(4, 0.25, int4),
  "cskv-half-int4": cskv(0.5, features4),
  "minicache-int4": miniCache("correct", 0.05, int4),
  "h2o-half-int4": evicting("H2O", h2o, 0.5, {source: H2O, format: int4}),
  "snapkv-half-int4": evicting("SnapKV", snapKv, 0.5, {source: SNAPKV, format: int4}),
  "quest-half-int4": quest(0.5, int4),
  "butler-half-int4": tokenButler(0.5, int4),
  "oracle-quarter-int4": oracle(0.25, int4),
} as const satisfies Readonly<Record<string, CacheTechnique>>;

export type CacheTechniqueId = keyof typeof CACHE_TECHNIQUES;

/** Near others that say the same, or slow to run: a reader may add them. */
const BY_CHOICE: ReadonlySet<CacheTechniqueId> = new Set([
  "int4-asym",
  "nf4",
  "nvfp4-untensored",
  "ksort-bfp3",
  "xkv2-half",
  "streaming-half",
  "snapkv-half",
  "oracle-eighth",
  "snapkv-half-int4",
  "butler-half-int4",
]);

export const CACHE_TECHNIQUE_IDS = Object.keys(CACHE_TECHNIQUES) as readonly CacheTechniqueId[];

/** The techniques that a page shows first. */
export const SHOWN_TECHNIQUE_IDS = CACHE_TECHNIQUE_IDS.filter((id) => !BY_CHOICE.has(id));
