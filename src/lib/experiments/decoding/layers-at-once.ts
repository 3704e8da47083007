import {fuzzyDraftSeconds} from "../../decoding/easyspec/draft-time.js";
import {easySpec} from "../../decoding/easyspec/easyspec.js";
import {experiment} from "../../experiment/experiment.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {draftPrompts, plainTexts, roundCells, roundColumns, roundParams, roundsOf} from "./draft-rounds.js";

/** Attentions at once: 1 is the ordinary draft, 7 are all layers of the large decoder but the first. */
const AT_ONCE = [1, 2, 3, 4, 7];
/** The large decoder as its own draft has twice the layers; layer by layer it drafts what it would write. */
const DRAFTS = ["decoder-small", "decoder-large"] as const;
/** A chain: where it is right to its end, a pass gives five tokens. */
const CHAIN = {depth: 4, width: 1, nodes: 4};

/** EasySpec by the number of layers whose attentions are computed at once: drafts kept, and the time of a device for each. */
export const layersAtOnce = experiment({
  id: "decoding/layers-at-once",
  title: "Layers of a draft side by side",
  question: "How many layers of a draft may be computed at once before it drafts worse?",
  source: easySpec.source,
  params: {
    networkTime: {
      kind: "number",
      label: "Time of a network for each attention",
      help: "Networks follow one another; only attentions are computed at once, each on a device of its own.",
      min: 0.1,
      max: 4,
      step: 0.1,
      default: 1,
    },
    drafts: {
      kind: "choices",
      label: "Draft",
      options: DRAFTS,
      default: DRAFTS,
      rowsBy: "draft",
      advanced: true,
    },
    ...roundParams,
  },
  columns: {
    draft: {type: "string", label: "Draft"},
    layers: {type: "integer", label: "Layers of the draft"},
    atOnce: {type: "integer", label: "Attentions at once, at most"},
    calibrates: {type: "boolean", label: "Reads the kept tokens layer by layer"},
    ...roundColumns,
    draftTimes: {type: "number", label: "Times as fast as drafting layer by layer", provenance: "modelled"},
    speedup: {type: "number", label: "Times as fast as plain decoding", provenance: "modelled"},
  },
  needs: ["weights/decoder-large", "weights/decoder-small"],
  sweep: DRAFTS.map((draft) => ({drafts: [draft]})),
  async run({networkTime, drafts, count, tokens}, {data, progress}) {
    const target = await openedDecoder("decoder-large", data);
    const prompts = draftPrompts(count, "tasks");
    const plain = plainTexts(target, tokens);
    const halves = {attentionSeconds: 1, networkSeconds: networkTime};
    const passTime = target.config.layers * (1 + networkTime);
    const rows = [];
    for (const [place, name] of drafts.entries()) {
      const draft = name === "decoder-large" ? target : await openedDecoder(name, data);
      const {layers} = draft.config;
      const settings = AT_ONCE.filter((atOnce) => atOnce < layers).flatMap((atOnce) =>
        [true, false].map((calibrates) => ({atOnce, calibrates})),
      );
      for (const [n, setting] of settings.entries()) {
        const told = (share: number) =>
          progress((place + (n + share) / settings.length) / drafts.length, `${name}, ${setting.atOnce}`);
        const goal = {tokens, temperature: 0, told};
        const texts = await roundsOf(easySpec, {target, draft}, {...CHAIN, ...setting}, prompts, plain, goal);
        const cells = roundCells(texts);
        const draftTime = fuzzyDraftSeconds(layers, setting.atOnce, halves);
        // Of a layer the time is taken to be the same in both models, however many tokens a pass has.
        const tokenTime = cells.draftPassesPerToken * draftTime + passTime / cells.tokensPerPass;
        rows.push({
          draft: name,
          layers,
          ...setting,
          ...cells,
          draftTimes: fuzzyDraftSeconds(layers, 1, halves) / draftTime,
          speedup: passTime / tokenTime,
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});
