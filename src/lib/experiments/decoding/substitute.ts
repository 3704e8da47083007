import {decodingMethods} from "../../decoding/registry.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {quantizeDecoder} from "../../quant/quantize-decoder.js";
import {quantizationMethods} from "../../quant/registry.js";
import {optionNames} from "../../technique/option-names.js";
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

/** Formats that the page shows before it is asked; those with offsets are the ones that HQQ rounds to. */
const SHOWN = [
  "int2",
  "int3",
  "int4",
  "int6",
  "int8",
  "int2_g64_offset",
  "int3_g64_offset",
  "int4_g64_offset",
  "mxfp4",
  "nvfp4",
  "razer",
  "q4_0",
];

/** Methods that look at nothing but the weights and change nothing else: a substitute takes no training texts. */
const METHODS = quantizationMethods.all
  .filter(({needs, steps}) => needs.length === 0 && steps({}).inputs === undefined)
  .map(({id}) => id);

const CACHES = ["shared", "own"] as const;

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
      names: optionNames(Object.values(formats)),
      default: SHOWN,
      rowsBy: "format",
    },
    methods: {
      kind: "choices",
      label: "Rounded by",
      help: "SubSpec uses HQQ with 4 bits. Formats that a method cannot round to are left out.",
      options: METHODS,
      names: optionNames(quantizationMethods.all),
      default: ["rtn", "hqq"],
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
    caches: {
      kind: "choices",
      label: "Cache of the draft",
      help: "Shared: the draft reads the target's cache. Own: it keeps one of its own, the paper's ablation.",
      options: CACHES,
      default: CACHES,
    },
    ...roundParams,
  },
  columns: {
    ...formatColumns,
    method: {type: "string", label: "Rounded by"},
    sharesCache: {type: "boolean", label: "Shares the target's cache"},
    bitsPerWeight: {type: "number", label: "Bits per weight of the draft's layers"},
    ...roundColumns,
  },
  tables: {
    survival: {
      format: {type: "string", label: "Format"},
      method: {type: "string", label: "Rounded by"},
      sharesCache: {type: "boolean", label: "Shares the target's cache"},
      depth: {type: "integer", label: "Drafted tokens"},
      share: {type: "number", label: "Share of rounds that keep at least so many"},
    },
  },
  needs: ["weights/decoder-large"],
  sweep: SHOWN.map((format) => ({formats: [format]})),
  async run(
    {formats: chosen, methods, depth, width, draftTemperature, temperature, caches, count, tokens},
    {data, progress},
  ) {
    const weights = decoderWeights("decoder-large", data);
    const backend = await wasmBackend();
    const target = await decoderOf(weights, {backend});
    const prompts = draftPrompts(count, "tasks");
    const plain = plainTexts(target, tokens);
    const subspec = decodingMethods.byId("subspec");
    const copies = chosen.flatMap((id) =>
      methods
        .filter((method) => quantizationMethods.byId(method).refuses(formats[id]) === null)
        .map((method) => ({format: formats[id], method})),
    );
    const rows = [];
    const survival = [];
    for (const [n, {format, method}] of copies.entries()) {
      const {weights: rounded, bytes, elements} = await quantizeDecoder(weights, {format, method});
      const models = {target, draft: await decoderOf(rounded, {backend})};
      for (const [of, cache] of caches.entries()) {
        const sharesCache = cache === "shared";
        const values = {depth, width, draftTemperature, sharesCache};
        const told = (share: number) =>
          progress((n + (of + share) / caches.length) / copies.length, `${format.id}, ${method}`);
        const texts = await roundsOf(subspec, models, values, prompts, plain, {tokens, temperature, told});
        const {family, convention} = format;
        const copy = {format: format.id, method, sharesCache};
        const facts = {...copy, family, convention, bitsPerWeight: (8 * bytes) / elements};
        rows.push({...facts, ...roundCells(texts), ...measured});
        for (const row of survivalOf(texts)) survival.push({...copy, ...row, ...measured});
      }
    }
    return {rows, survival};
  },
});
