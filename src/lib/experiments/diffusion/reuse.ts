import {confidences} from "../../diffusion/confidence.js";
import {refreshed, reuses} from "../../diffusion/reuse.js";
import {EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {documentMean, documentShare} from "../../stats/documents.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {openedDecoder, testSeeds} from "../shared/decoder-texts.js";
import {MASKED_NEEDS, openedMasked} from "../shared/masked.js";
import {intervalEnd, known} from "../shared/quality-columns.js";
import {lossUnder} from "./text-judge.js";
import {costCells, costColumns} from "./way-costs.js";
import {stepwise, type Way, type WayModels, type Written} from "./ways.js";

/** Tokens written after each prompt. */
const TOKENS = 32;
const PER_PASS = [1, 2] as const;

const params = {
  blockLength: {
    kind: "choice",
    label: "Tokens of a block",
    help: `A finished block is kept; ${TOKENS} tokens are written in all.`,
    options: [4, 8, 16, 32],
    default: 8,
  },
  refresh: {
    kind: "choice",
    label: "All computed anew every so many blocks",
    help: "0: never. This option is ours; the paper does not have it.",
    options: [0, 1, 2],
    default: 0,
  },
  documents: {
    kind: "integer",
    label: "Documents for each of three seeds",
    help: "More documents give narrower intervals.",
    min: 1,
    max: 64,
    default: 6,
    advanced: true,
  },
} as const;

/** Tokens that reuse need not feed and words that it changes, by the length of blocks. */
export const reuse = experiment({
  id: "diffusion/reuse",
  title: "Reuse by the length of blocks",
  question: "What does reuse save, and how many words does it change?",
  source: "arXiv:2505.21467, section 3; blocks: arXiv:2502.09992, section 2.4",
  params,
  columns: {
    reuse: {type: "string", label: "Reuse"},
    label: {type: "string", label: "Reuse in words"},
    perPass: {type: "integer", label: "Tokens a step writes"},
    blockLength: {type: "integer", label: "Tokens of a block"},
    refresh: {type: "integer", label: "Blocks after which all is computed anew; 0 never"},
    seed: {type: "string", label: "Seed of the documents"},
    documents: {type: "integer", label: "Documents, which the intervals count"},
    tokens: {type: "integer", label: "Tokens written after each prompt"},
    changed: {type: "number", label: "Tokens other than without reuse", provenance: "measured"},
    changedLow: intervalEnd("Tokens changed, lower end of 95 %"),
    changedHigh: intervalEnd("Tokens changed, upper end of 95 %"),
    loss: {
      type: "number",
      label: "Loss of what was written under the decoder",
      unit: "nats/token",
      provenance: "measured",
    },
    lossLow: intervalEnd("Loss, lower end of 95 %"),
    lossHigh: intervalEnd("Loss, upper end of 95 %"),
    ...costColumns,
  },
  needs: MASKED_NEEDS,
  sweep: [...params.blockLength.options.map((blockLength) => ({blockLength})), {refresh: 1}],
  async run({blockLength, refresh, documents}, {data, progress}) {
    const decoder = await openedDecoder("decoder-small", data);
    const models = {masked: await openedMasked(data), decoder, bitsPerWeight: 32};
    const prompts = testSeeds(decoder.config, {documents, seeds: EVAL_SEEDS}).map(({seed, texts}) => ({
      seed: String(seed),
      texts: texts.map(({tokens}) => tokens.slice(0, tokens.length - TOKENS)),
    }));
    const rows = [];
    for (const [n, perPass] of PER_PASS.entries()) {
      await progress(n / PER_PASS.length, `${perPass} tokens a step`);
      const whole = wayOf("none", perPass, blockLength, 0);
      const found = prompts.map(({seed, texts}) => ({
        seed,
        bases: texts.map((prompt) => whole.write(models, prompt, {tokens: TOKENS})),
      }));
      for (const {id, label} of reuses.all) {
        const way = wayOf(id, perPass, blockLength, refresh);
        const each = found.map(({seed, bases}) => ({
          seed,
          texts: bases.map((base) => compared(id === "none" ? null : way, models, base)),
        }));
        const all = {seed: ALL_SEEDS, texts: each.flatMap(({texts}) => texts)};
        for (const {seed, texts} of [all, ...each])
          rows.push({
            ...{
              reuse: id,
              label,
              perPass,
              blockLength,
              refresh,
              seed,
              documents: texts.length,
              tokens: TOKENS,
            },
            ...qualityCells(texts),
            ...costCells(
              way,
              models,
              texts.map(({written}) => written),
              TOKENS,
            ),
            provenance: "measured" as const,
          });
      }
    }
    return rows;
  },
});

/** Blocks from left to right, the most probable tokens first, with a kind of reuse. */
function wayOf(id: string, perPass: number, blockLength: number, everyBlocks: number): Way {
  const rules = {
    blockLength,
    confidence: confidences.byId("low_confidence"),
    reuse: refreshed(reuses.byId(id), everyBlocks),
  };
  return stepwise(`${id}-${perPass}`, id, "reuse", perPass, rules);
}

interface Compared {
  readonly written: Written;
  readonly changed: number;
  readonly loss: number;
}

/** A text beside the one that is written without reuse; that one itself where no way is given. */
function compared(way: Way | null, models: WayModels, base: Written): Compared {
  const start = base.text.length - TOKENS;
  const written = way?.write(models, base.text.slice(0, start), {tokens: TOKENS}) ?? base;
  const changed = base.text.filter((token, at) => token !== written.text[at]).length;
  return {written, changed, loss: lossUnder(models.decoder, written.text, start)};
}

function qualityCells(texts: readonly Compared[]) {
  const changed = documentShare(texts.map((text) => ({right: text.changed, trials: TOKENS})));
  const loss = documentMean({sums: texts.map((text) => text.loss), sizes: texts.map(() => 1)});
  return {
    changed: changed.share,
    changedLow: known(changed.low),
    changedHigh: known(changed.high),
    loss: loss.value,
    lossLow: known(loss.low),
    lossHigh: known(loss.high),
  };
}
