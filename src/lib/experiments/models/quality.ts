import {experiment} from "../../experiment/experiment.js";
import {inContainer} from "./plan/container.js";
import {measuredOn, throughout} from "./plan/damage.js";
import {damageParams, measuringOf, plannedNames, weightsOf, within} from "./plan/damages.js";
import {openPlanned} from "./plan/planned-model.js";
import {uniformColumns, uniformRow} from "./plan/uniform.js";

/** Perplexity and divergence of a checkpoint in single formats: of some of them, so that they come, and wait, one by one. */
export const quality = experiment({
  id: "models/quality",
  title: "A checkpoint of your own in single formats",
  question: "What does this model lose when all of its matrices are in one format?",
  source: "perplexity and KL divergence to the model as it is; number formats as their registry cites them",
  params: {
    ...damageParams,
    isMeasured: {
      kind: "flag",
      label: "Measured",
      help: "Otherwise only whether the model runs is told.",
      default: true,
      advanced: true,
    },
  },
  columns: uniformColumns,
  tables: {
    model: {
      runs: {type: "boolean", label: "The model is run"},
      why: {type: "string", label: "Why not", nullable: true},
    },
  },
  needs: [],
  sweep: [],
  async run(setting, {progress, memory}) {
    const planned = await openPlanned(setting.model!, setting.context);
    const opened = inContainer(planned, setting.container, setting.formats);
    const found = await weightsOf(setting, memory, within(progress, 0, 0.1));
    const weights = found?.importance ?? null;
    const running = await measuringOf(setting, opened, {maxBytes: memory, weights});
    const measured = {provenance: "measured" as const};
    if (typeof running === "string") return {rows: [], model: [{runs: false, why: running, ...measured}]};
    const model = [{runs: true, why: null, ...measured}];
    if (!setting.isMeasured) return {rows: [], model};
    const tensors = plannedNames(opened).map((name) => opened.tensors.get(name)!);
    const rows = [];
    for (const [i, format] of setting.formats.entries()) {
      const share = (part: number) => 0.1 + (0.9 * (i + part)) / setting.formats.length;
      const made = await throughout(running, tensors, format, within(progress, share(0), share(0.5)));
      await progress(share(0.5), `the texts in ${format}`);
      const result = await measuredOn(running, made.variant, running.texts.reporting, {
        tell: within(progress, share(0.5), share(1)),
      });
      rows.push(uniformRow(format, {bytes: opened.fixed.others + made.bytes, damage: null}, result));
    }
    return {rows, model};
  },
});
