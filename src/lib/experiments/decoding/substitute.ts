import {decodingMethods} from "../../decoding/registry.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {quantizeDecoder} from "../../quant/quantize-decoder.js";
import {formatColumns} from "../formats/columns.js";
import {decoderWeights} from "../shared/decoders.js";
import {
  draftPrompts,
  plainTexts,
  roundCells,
  roundColumns,
  roundParams,
  roundsOf,
  survivalOf,
} from "./draft-rounds.js";

/** Formats that the page shows before it is asked. */
const SHOWN = ["int2", "int3", "int4", "int6", "int8", "mxfp4", "nvfp4", "razer", "q4_0"];

const measured = {provenance: "measured"} as const;

/** SubSpec's substitute in every format: how far a draft agrees with the model that it was rounded from. */
export const substitute = experiment({
  id: "decoding/substitute",
  title: "Bits of a draft",
  question: "How many bits does a copy of the model need to draft well for it?",
  source: "SubSpec, arXiv:2509.18344; formats as their registry cites them",
  params: {
    formats: {
      kind: "choices",
      label: "Formats of the draft",
      options: Object.keys(formats),
      default: SHOWN,
      rowsBy: "format",
    },
    depth: {kind: "integer", label: "Tokens drafted ahead", min: 1, max: 32, default: 12},
    width: {kind: "integer", label: "Drafts kept side by side", min: 1, max: 6, default: 2},
    draftTemperature: {
      kind: "number",
      label: "Temperature of the draft",
      help: "SubSpec has 0.2.",
      min: 0.05,
      max: 2,
      step: 0.05,
      default: 0.2,
      advanced: true,
    },
    temperature: {
      kind: "number",
      label: "Temperature",
      min: 0,
      max: 2,
      step: 0.1,
      default: 0,
      advanced: true,
    },
    sharesCache: {
      kind: "flag",
      label: "Share the target's cache",
      help: "Off: the draft keeps a cache of its own, with its own errors; the paper's ablation.",
      default: true,
    },
    ...roundParams,
  },
  columns: {
    ...formatColumns,
    bitsPerWeight: {type: "number", label: "Bits per weight of the draft's layers"},
    ...roundColumns,
  },
  tables: {
    survival: {
      format: {type: "string", label: "Format"},
      depth: {type: "integer", label: "Drafted tokens"},
      share: {type: "number", label: "Share of rounds that keep at least so many"},
    },
  },
  needs: ["weights/decoder-large"],
  sweep: [
    ...SHOWN.map((format) => ({formats: [format]})),
    ...SHOWN.map((format) => ({formats: [format], sharesCache: false})),
  ],
  async run(
    {formats: chosen, depth, width, draftTemperature, temperature, sharesCache, count, tokens},
    {data, progress},
  ) {
    const weights = decoderWeights("decoder-large", data);
    const backend = await wasmBackend();
    const target = await decoderOf(weights, {backend});
    const prompts = draftPrompts(count, "tasks");
    const plain = plainTexts(target, tokens);
    const method = decodingMethods.byId("subspec");
    const rows = [];
    const survival = [];
    for (const [n, format] of chosen.entries()) {
      const quantized = await quantizeDecoder(weights, {format: formats[format]});
      const draft = await decoderOf(quantized.weights, {backend});
      const values = {depth, width, draftTemperature, sharesCache};
      const told = (share: number) => progress((n + share) / chosen.length, format);
      const texts = await roundsOf(method, {target, draft}, values, prompts, plain, {
        tokens,
        temperature,
        told,
      });
      const {family, convention} = formats[format];
      const bitsPerWeight = (8 * quantized.bytes) / quantized.elements;
      rows.push({format, family, convention, bitsPerWeight, ...roundCells(texts), ...measured});
      for (const row of survivalOf(texts)) survival.push({format, ...row, ...measured});
    }
    return {rows, survival};
  },
});
