import {describe, expect, test} from "vitest";
import {DATA_SETS} from "../../src/data/data-sets.js";
import {techniques} from "../../src/data/techniques.js";
import {experiments, loadExperiment} from "../../src/lib/experiments/registry.js";
import type {ChoiceParam, ChoicesParam, Param} from "../../src/lib/technique/params.js";

/** Models of ours have no name but their id. */
const MODELS = new Set(Object.keys(DATA_SETS).map((name) => name.slice(name.indexOf("/") + 1)));
const TECHNIQUE_IDS = new Set(
  techniques.flatMap(({id, label, choices}) => (label === id ? [] : [id, ...choices])),
);

/** Reads as an identifier: parts in lower case between hyphens, underscores or slashes. */
const readsAsId = (option: string) =>
  /^[a-z][a-z0-9.]*([-_/][a-z0-9.]+)+$/.test(option) && !MODELS.has(option);

const isChoice = (param: Param): param is ChoiceParam | ChoicesParam =>
  param.kind === "choice" || param.kind === "choices";

/** Options whose control shows an id: most of them ids of techniques, or written as an id. */
function shownIds({options, names = {}}: ChoiceParam | ChoicesParam): string[] {
  const texts = options.filter((option) => typeof option === "string");
  const isOfRegistry = texts.filter((option) => TECHNIQUE_IDS.has(option)).length > texts.length / 2;
  return texts.filter((option) => {
    const shown = names[option] ?? option;
    return readsAsId(shown) || (isOfRegistry && TECHNIQUE_IDS.has(option) && shown === option);
  });
}

describe("controls show words of the field where options are ids", () => {
  test.each(Object.keys(experiments))("%s", async (id) => {
    const {params} = await loadExperiment(id);
    const shown = Object.entries(params).flatMap(([name, param]) =>
      isChoice(param) ? shownIds(param).map((option) => `${name}: ${option}`) : [],
    );
    expect(shown).toEqual([]);
  });

  test.each(Object.keys(experiments))(
    "%s names options that it has, each by a name of its own",
    async (id) => {
      const {params} = await loadExperiment(id);
      for (const {options, names = {}} of Object.values(params).filter(isChoice)) {
        const shown = options.map((option) => names[option] ?? String(option));
        expect(new Set(shown).size).toBe(shown.length);
      }
    },
  );
});
