import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {COST_TASKS} from "../../src/lib/experiments/regress/cost-tasks.js";
import {sweepModels, trainedTexts} from "../../src/lib/experiments/regress/sweep-models.js";
import {forcedLogits} from "../../src/lib/regress/model/sample.js";
import {largest} from "../../src/lib/stats/extent.js";

interface Setting {
  readonly name: string;
  readonly tasks: Readonly<Record<string, number>>;
  readonly steps: number;
  readonly batch: number;
  readonly digits?: number;
  readonly parameters: number;
  readonly trainLoss: number;
}

interface Expected {
  readonly model: string;
  readonly examples: readonly {
    readonly text: number[];
    readonly targets: number[];
    readonly logits: number[][];
  }[];
}

describe.each(["sweep", "adaptation"])("the models of %s", async (folder) => {
  const read = (file: string) => readFileSync(`src/data/regressors/${folder}/${file}`, "utf8");
  const {models: settings} = JSON.parse(read("card.json")) as {models: readonly Setting[]};
  const expected = JSON.parse(read("expected.json")) as Expected;
  const tensors = await loadTensors(`src/data/regressors/${folder}/model.safetensors`);
  const models = await sweepModels(tensors, () => true);
  const nameOf = ({setting, seed}: (typeof models)[number]) => `${setting}-${seed}`;

  test("are those of the card, with its sizes and digits, three seeds but of what is trained once", () => {
    expect(models.map(nameOf).toSorted()).toEqual(settings.map(({name}) => name).toSorted());
    for (const model of models) {
      const setting = settings.find(({name}) => name === nameOf(model));
      expect(model.parameters).toBe(setting?.parameters);
      expect(model.model.numbers.tokenizer.length).toBe(2 + (setting?.digits ?? 4));
    }
    for (const {setting} of models)
      expect(models.filter((each) => each.setting === setting)).toHaveLength(
        setting === "pretrained" ? 1 : 3,
      );
  });

  test("write PyTorch's logits", () => {
    const model = models.find((each) => nameOf(each) === expected.model)?.model;
    if (model === undefined) throw new Error(`no model ${expected.model}`);
    for (const {text, targets, logits} of expected.examples) {
      const found = forcedLogits(model, text.map((id) => model.vocabulary.textOf(id)).join(""), targets);
      const errors = found.flatMap((row, i) => Array.from(row, (logit, j) => Math.abs(logit - logits[i][j])));
      expect(largest(errors)).toBeLessThan(2e-5);
    }
  });

  test("have a line in the card for each setting, with its examples, steps and losses", () => {
    const card = read("README.md");
    for (const setting of new Set(models.map((model) => model.setting))) {
      const seeds = settings.filter(
        ({name}) => name.startsWith(`${setting}-`) && /^\d$/.test(name.slice(setting.length + 1)),
      );
      const [{parameters, tasks, steps, batch}] = seeds;
      const examples = Object.entries(tasks).map(([task, count]) => `${task} ${count.toLocaleString("en")}`);
      const losses = seeds.map(({trainLoss}) => trainLoss).sort((a, b) => a - b);
      const range = `${losses[0].toFixed(3)} to ${losses[losses.length - 1].toFixed(3)}`;
      const line = `| ${setting} | ${parameters.toLocaleString("en")} | ${examples.join(", ")} | ${steps.toLocaleString("en")} × ${batch} |`;
      expect(card).toContain(line);
      expect(card).toContain(`| ${seeds.length} | ${range} |`);
    }
  });

  test.runIf(folder === "sweep")("have read as many texts of a task as the rows say", () => {
    for (const {name, tasks} of settings)
      for (const task of COST_TASKS) if (task in tasks) expect(trainedTexts(name, task)).toBe(tasks[task]);
  });
});
