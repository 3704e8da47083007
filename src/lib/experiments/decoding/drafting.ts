import {decodingMethods} from "../../decoding/registry.js";
import {experiment} from "../../experiment/experiment.js";
import {optionNames} from "../../technique/option-names.js";
import {DRAFT_NEEDS, draftModels, substituteParam, valuesFor} from "./draft-models.js";
import {
  draftPrompts,
  plainTexts,
  roundCells,
  roundColumns,
  roundParams,
  roundsOf,
  survivalOf,
} from "./draft-rounds.js";

const measured = {provenance: "measured"} as const;

/** Decoding with drafts on test documents: tokens for each pass of the target, what drafts cost, and whether the text is the same. */
export const drafting = experiment({
  id: "decoding/drafting",
  title: "Drafting and verifying",
  question:
    "How many tokens does one pass of a model give, if something cheaper drafts them and the model only verifies?",
  source: decodingMethods.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    temperature: {
      kind: "choice",
      label: "Temperature",
      help: "Of the model that writes; at 0 it writes its likeliest token.",
      options: [0, 0.5, 1],
      default: 0,
    },
    documents: {
      kind: "choice",
      label: "Documents",
      help: "A mix of all tasks, as the large model was trained on, or facts, queries and copies alone.",
      options: ["tasks", "retrieval"],
      default: "tasks",
    },
    depth: {
      kind: "integer",
      label: "Tokens drafted ahead",
      help: "0: each method's own default.",
      min: 0,
      max: 32,
      default: 0,
      advanced: true,
    },
    methods: {
      kind: "choices",
      label: "Methods",
      options: decodingMethods.ids,
      names: optionNames(decodingMethods.all),
      default: decodingMethods.ids,
      rowsBy: "method",
      advanced: true,
    },
    substitute: {...substituteParam, advanced: true},
    ...roundParams,
  },
  columns: {
    method: {type: "string", label: "Method"},
    label: {type: "string", label: "Name"},
    family: {type: "string", label: "Family"},
    isLossless: {type: "boolean", label: "Writes only what the model would"},
    draft: {type: "string", label: "Draft"},
    temperature: {type: "number", label: "Temperature"},
    mix: {type: "string", label: "Mix of the documents"},
    ...roundColumns,
  },
  tables: {
    survival: {
      method: {type: "string", label: "Method"},
      depth: {type: "integer", label: "Drafted tokens"},
      share: {type: "number", label: "Share of rounds that keep at least so many"},
    },
  },
  needs: DRAFT_NEEDS,
  sweep: [
    ...([0, 0.5, 1] as const).map((temperature) => ({temperature})),
    ...([0, 0.5, 1] as const).map((temperature) => ({temperature, documents: "retrieval" as const})),
  ],
  async run({methods, substitute, depth, temperature, documents: mix, count, tokens}, {data, progress}) {
    const models = await draftModels(data, substitute);
    const prompts = draftPrompts(count, mix);
    const plain = plainTexts(models.target, tokens);
    const rows = [];
    const survival = [];
    for (const [n, id] of methods.entries()) {
      const method = decodingMethods.byId(id);
      const {draftName: draft, ...pair} = await models.of(method);
      const values = valuesFor(method, depth === 0 ? {} : {depth});
      const told = (share: number) => progress((n + share) / methods.length, method.label);
      const texts = await roundsOf(method, pair, values, prompts, plain, {tokens, temperature, told});
      const {label, family} = method;
      const about = {
        method: id,
        label,
        family,
        isLossless: method.lossless === true,
        draft,
        temperature,
        mix,
      };
      rows.push({...about, ...roundCells(texts), ...measured});
      for (const row of survivalOf(texts)) survival.push({method: id, ...row, ...measured});
    }
    return {rows, survival};
  },
});
