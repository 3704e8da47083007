import {easySpec} from "../../decoding/easyspec/easyspec.js";
import type {DecodingMethod} from "../../decoding/method.js";
import {decodingMethods} from "../../decoding/registry.js";
import {experiment} from "../../experiment/experiment.js";
import {optionNames} from "../../technique/option-names.js";
import {DRAFT_NEEDS, draftModels, substituteParam, valuesFor} from "./draft-models.js";
import {draftPrompts, plainTexts, roundCells, roundColumns, roundParams, roundsOf} from "./draft-rounds.js";

const DEPTHS = [1, 2, 4, 8, 16];
const WIDTHS = [1, 2, 4];

const has = ({params}: DecodingMethod, name: string): boolean => Object.hasOwn(params, name);

/** Methods whose drafts a model writes token by token; EasySpec's tree is that of the dynamic one. */
const METHODS = decodingMethods.all.filter(
  (method) => has(method, "gamma") || (has(method, "width") && method.id !== easySpec.id),
);

const measured = {provenance: "measured"} as const;

/** Tokens of a pass by the length of the drafts and by how many stand side by side. */
export const draftShape = experiment({
  id: "decoding/draft-shape",
  title: "Length and width of a draft",
  question: "Is it better to draft further ahead, or more ways side by side?",
  source: METHODS.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    method: {
      kind: "choice",
      label: "Method",
      help: "Those whose draft is written token by token by a model.",
      options: METHODS.map(({id}) => id),
      names: optionNames(METHODS),
      default: "dynamic-tree",
    },
    temperature: {
      kind: "choice",
      label: "Temperature",
      help: "Of the model that writes; at 0 it takes its likeliest token.",
      options: [0, 0.5, 1],
      default: 0,
    },
    depths: {
      kind: "choices",
      label: "Tokens drafted ahead",
      options: DEPTHS,
      default: DEPTHS,
      advanced: true,
    },
    widths: {
      kind: "choices",
      label: "Drafts kept side by side",
      options: WIDTHS,
      default: WIDTHS,
      advanced: true,
    },
    substitute: {...substituteParam, advanced: true},
    ...roundParams,
  },
  columns: {
    method: {type: "string", label: "Method"},
    label: {type: "string", label: "Name"},
    draft: {type: "string", label: "Draft"},
    temperature: {type: "number", label: "Temperature"},
    depth: {type: "integer", label: "Tokens drafted ahead"},
    width: {type: "integer", label: "Drafts kept side by side"},
    ...roundColumns,
  },
  needs: DRAFT_NEEDS,
  sweep: METHODS.map(({id}) => ({method: id})),
  async run({method: id, temperature, depths, widths, substitute, count, tokens}, {data, progress}) {
    const method = decodingMethods.byId(id);
    const {target, of} = await draftModels(data, substitute);
    const {draftName: draft, ...pair} = await of(method);
    const prompts = draftPrompts(count, "tasks");
    const plain = plainTexts(target, tokens);
    const shapes = widths
      .filter((width) => width === 1 || has(method, "width"))
      .flatMap((width) => depths.map((depth) => ({depth, width})));
    const rows = [];
    for (const [n, {depth, width}] of shapes.entries()) {
      // All nodes of the beam are verified, so that only its shape decides.
      const values = valuesFor(method, {depth, width, nodes: depth * width});
      const told = (share: number) => progress((n + share) / shapes.length, `${depth} ahead, ${width} wide`);
      const texts = await roundsOf(method, pair, values, prompts, plain, {tokens, temperature, told});
      const facts = {method: id, label: method.label, draft, temperature, depth, width};
      rows.push({...facts, ...roundCells(texts), ...measured});
    }
    return rows;
  },
});
