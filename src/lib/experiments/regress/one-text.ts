import {experiment} from "../../experiment/experiment.js";
import {centralInterval} from "../../regress/estimators.js";
import {sampleTargets} from "../../regress/model/sample.js";
import {labelledText} from "../../tasks/cost-task.js";
import {COST_TASKS, costTaskParam, isModelled, type Truth, type TypedTask, typedTask} from "./cost-tasks.js";
import {openRegressor, REGRESS_NEEDS, samplesOf, summaryOf} from "./samples.js";

const measured = {provenance: "measured"} as const;

/** The text of the test split that a reader sees first. */
const FIRST = 0;

/** True numbers of a text, or the reason why it has none: the model reads any text. */
function truthOf({truth}: TypedTask, text: string): Truth {
  try {
    return truth(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {targets: [], note: error.message};
  }
}

/** Numbers that the regression model gives one text, beside the true ones. */
export const oneText = experiment({
  id: "regress/one-text",
  title: "The cost of one text",
  question: "What does a text cost, as a small model that only reads it would say?",
  source: "RegressLM, arXiv:2506.21718; regression language models for code, arXiv:2509.26476",
  params: {
    task: costTaskParam,
    text: {
      kind: "text",
      label: "Text",
      help: "Empty: a text of the test split.",
      maxLength: 2000,
      default: "",
    },
    samples: {kind: "integer", label: "Samples", min: 1, max: 512, log: true, default: 64, advanced: true},
    temperature: {
      kind: "number",
      label: "Temperature",
      help: "Below one, samples lie closer together.",
      min: 0.1,
      max: 2,
      step: 0.1,
      default: 1,
      advanced: true,
    },
    seed: {kind: "integer", label: "Seed", min: 0, max: 1000, default: 0, advanced: true},
  },
  columns: {
    task: {type: "string", label: "Kind of text"},
    text: {type: "string", label: "Text"},
    tokens: {type: "integer", label: "Tokens of the text"},
    target: {type: "string", label: "Number"},
    unit: {type: "string", label: "Unit"},
    truth: {type: "number", label: "True number", provenance: "row", nullable: true},
    median: {type: "number", label: "Median of the samples", provenance: "measured", nullable: true},
    mean: {type: "number", label: "Mean of the samples", provenance: "measured", nullable: true},
    mode: {type: "number", label: "Most frequent sample", provenance: "measured", nullable: true},
    low: {type: "number", label: "Lower end of the middle 90 %", provenance: "measured", nullable: true},
    high: {type: "number", label: "Upper end of the middle 90 %", provenance: "measured", nullable: true},
    none: {type: "integer", label: "Samples that say there is no number", provenance: "measured"},
    note: {type: "string", label: "Why there is no true number", nullable: true},
  },
  tables: {
    samples: {
      target: {type: "string", label: "Number"},
      value: {type: "number", label: "Sample", provenance: "measured"},
    },
  },
  needs: REGRESS_NEEDS,
  sweep: COST_TASKS.map((task) => ({task})),
  async run({task: id, text: typed, samples, temperature, seed}, {data, progress}) {
    const kind = typedTask(id, data.get("times/kernels"));
    const {task} = kind;
    const text = typed.trim() === "" ? labelledText(task, "test", FIRST).text : typed.trim();
    const {targets, note} = truthOf(kind, text);
    const model = await openRegressor(data.get("regressor/small"));
    await progress(0.2, "sample by sample");
    const drawn = sampleTargets(model, text, {targets: task.targets.length, samples, temperature, seed});
    const found = task.targets.map(({name}, i) => ({name, samples: samplesOf(drawn, i)}));
    const tokens = model.vocabulary.encode(text).length;
    return {
      rows: task.targets.map(({name, unit}, i) => {
        const summary = summaryOf(found[i].samples);
        const [low, high] = summary === null ? [null, null] : centralInterval(summary.sorted, 0.9);
        return {
          ...{task: id, text, tokens, target: name, unit, low, high, note},
          truth: targets[i] ?? null,
          median: summary?.median ?? null,
          mean: summary?.mean ?? null,
          mode: summary?.mode ?? null,
          none: found[i].samples.filter(Number.isNaN).length,
          provenance: isModelled(id) ? ("modelled" as const) : ("measured" as const),
        };
      }),
      samples: found.flatMap(({name, samples: values}) =>
        Array.from(
          values.filter((value) => !Number.isNaN(value)),
          (value) => ({
            target: name,
            value,
            ...measured,
          }),
        ),
      ),
    };
  },
});
