import {forwardAttamba} from "../../engine/attamba/attamba.js";
import {attambaCache, heldNumbers} from "../../engine/attamba/attamba-cache.js";
import {attambaOf} from "../../engine/attamba/load-attamba.js";
import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {attambaText, decoderText, type OpenText} from "../../engine/open-text.js";
import {attambaTokenOperations, decoderTokenOperations} from "../../engine/token-operations.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds, EVAL_SEEDS, type EvalSeed} from "../../evaluate/eval-texts.js";
import type {Row} from "../../experiment/columns.js";
import {type DataSets, experiment} from "../../experiment/experiment.js";
import {wilson} from "../../stats/shares.js";
import type {Tensor} from "../../tensor/tensor.js";
import {askedAgain, growingText} from "../shared/asked-again.js";
import {DECODERS, decoderWeights} from "../shared/decoders.js";
import {type ChunkVariant, CONTEXT, chunkVariants, RULE_IDS, ruleOf} from "./chunk-variants.js";
import {ATTAMBA_CONFIG, ATTAMBA_ID, attambaWeights, MIXER_NEEDS, RIVALS} from "./models.js";
import {textQuality, textQualityColumns} from "./text-quality.js";

/** Tokens after a fact at which it is asked for: whole facts. */
const DISTANCES = [0, 10, 20, 40, 60, 80, 100] as const;
/** Ways of reading whose memory is asked at every distance: the chunk lengths up to this. */
const LONGEST_ASKED = 16;
/** Bytes of a number of the cache. */
const FP16 = 2;

const keyColumns = {
  model: {type: "string", label: "Model"},
  varied: {type: "string", label: "Changed since training"},
  rule: {type: "string", label: "Ends of chunks"},
  tokenChunk: {type: "integer", label: "Chunk", unit: "tokens"},
  leading: {type: "integer", label: "Last tokens seen one by one", nullable: true},
} as const;

const columns = {
  ...keyColumns,
  ...textQualityColumns,
  cacheBytes: {
    type: "integer",
    label: "Keys and values of a document, in float16",
    unit: "bytes",
    provenance: "measured",
  },
  stateBytes: {
    type: "integer",
    label: "States of the open chunks, in float16",
    unit: "bytes",
    provenance: "measured",
  },
  operations: {
    type: "integer",
    label: "Operations for the next token after a document",
    provenance: "modelled",
  },
} as const;

const distanceColumns = {
  ...keyColumns,
  distance: {type: "integer", label: "Tokens between the fact and its query"},
  right: {type: "number", label: "Share of facts found again", provenance: "measured"},
  rightLow: {type: "number", label: "Found again, lower end of 95 %", provenance: "measured"},
  rightHigh: {type: "number", label: "Found again, upper end of 95 %", provenance: "measured"},
  documents: {type: "integer", label: "Texts"},
} as const;

/** A model and a way to read with it. */
interface Reader {
  readonly key: Pick<Row<typeof columns>, keyof typeof keyColumns>;
  readonly logits: (ids: readonly number[]) => Tensor;
  readonly begin: () => OpenText;
  readonly cost: Pick<Row<typeof columns>, "cacheBytes" | "stateBytes" | "operations">;
}

/** Chunks instead of tokens, beside transformers of equal cost. */
export const attambaExperiment = experiment({
  id: "mixers/attamba",
  title: "Chunks instead of tokens",
  question:
    "What does a model lose that keeps one state for a chunk of tokens, and what would as small a cache cost a transformer?",
  source: "Attamba, arXiv:2411.17685",
  params: {
    chunks: {
      kind: "choices",
      label: "Chunk lengths",
      help: "Tokens of a chunk while reading; the model was trained with 4.",
      options: [2, 4, 8, 16, 32],
      default: [2, 4, 8, 16, 32],
    },
    leading: {
      kind: "choices",
      label: "Last tokens",
      help: "Tokens before a query that it sees one by one; trained with 4. With 128 of them every token is kept.",
      options: [0, 1, 2, 4, 8, 16, 128],
      default: [0, 1, 2, 4, 8, 16, 128],
    },
    rules: {
      kind: "choices",
      label: "Ends of chunks",
      help: "At other places in each layer (as trained), at the same ones, or drawn.",
      options: RULE_IDS,
      default: RULE_IDS,
    },
    documents: {
      kind: "integer",
      label: "Documents for each seed",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 12,
      advanced: true,
    },
  },
  columns,
  tables: {distances: distanceColumns},
  needs: MIXER_NEEDS,
  sweep: [{}],
  async run({chunks, leading, rules, documents}, {data, progress}) {
    const readers = [
      ...(await Promise.all(RIVALS.map((id) => rival(id, data)))),
      ...(await chunkReaders(chunkVariants({chunks, leading, rules}), data)),
    ];
    const seeds = corpusSeeds({documents, context: CONTEXT});
    const rows: Row<typeof columns>[] = [];
    const distances: Row<typeof distanceColumns>[] = [];
    for (const [at, reader] of readers.entries()) {
      await progress(at / readers.length, reader.key.model);
      for (const row of qualityRows(reader, seeds)) rows.push(row);
      if (!isAsked(reader)) continue;
      for (const row of distanceRows(reader, Math.ceil(documents / 2))) distances.push(row);
    }
    return {rows, distances};
  },
});

const isAsked = ({key: {varied, tokenChunk}}: Reader) =>
  varied === "nothing" || (varied === "chunk length" && tokenChunk <= LONGEST_ASKED);

async function rival(id: (typeof RIVALS)[number], data: Pick<DataSets, "get">): Promise<Reader> {
  const config = DECODERS[id];
  const model = await decoderOf(decoderWeights(id, data), {backend: await wasmBackend()});
  const {layers, kvHeads, headDim} = config;
  return {
    key: {model: id, varied: "nothing", rule: "every token", tokenChunk: 1, leading: null},
    logits: (ids) => forward(model, ids),
    begin: () => decoderText(model),
    cost: {
      cacheBytes: FP16 * 2 * layers * kvHeads * headDim * CONTEXT,
      stateBytes: 0,
      operations: decoderTokenOperations(config, CONTEXT),
    },
  };
}

async function chunkReaders(
  variants: readonly ChunkVariant[],
  data: Pick<DataSets, "get">,
): Promise<Reader[]> {
  const model = await attambaOf(attambaWeights(data), {backend: await wasmBackend()});
  return variants.map((variant) => {
    const rule = ruleOf(variant);
    const cache = attambaCache(ATTAMBA_CONFIG, rule);
    forwardAttamba(model, new Array<number>(CONTEXT).fill(1), {cache, rows: "last"});
    const held = heldNumbers(cache, ATTAMBA_CONFIG);
    return {
      key: {model: ATTAMBA_ID, ...variant},
      logits: (ids) => forwardAttamba(model, ids, {cache: attambaCache(ATTAMBA_CONFIG, rule)}),
      begin: () => attambaText(model, rule),
      cost: {
        cacheBytes: FP16 * held.keysAndValues,
        stateBytes: FP16 * held.states,
        operations: attambaTokenOperations(ATTAMBA_CONFIG, CONTEXT, rule),
      },
    };
  });
}

function qualityRows({key, logits, cost}: Reader, seeds: readonly EvalSeed[]): Row<typeof columns>[] {
  return textQuality(logits, seeds).map((quality) => ({...key, ...quality, ...cost, provenance: "measured"}));
}

function distanceRows({key, begin}: Reader, texts: number): Row<typeof distanceColumns>[] {
  const found = EVAL_SEEDS.flatMap((seed) =>
    Array.from({length: texts}, (_, index) =>
      askedAgain(begin(), growingText(seed, index, "facts", DISTANCES)),
    ),
  );
  return DISTANCES.map((distance, i) => {
    const {share, low, high} = wilson(found.filter((right) => right[i]).length, found.length);
    const cells = {distance, right: share, rightLow: low, rightHigh: high, documents: found.length};
    return {...key, ...cells, provenance: "measured"};
  });
}
