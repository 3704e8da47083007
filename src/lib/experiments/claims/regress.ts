import {experiment} from "../../experiment/experiment.js";
import {typedTask} from "../regress/cost-tasks.js";
import {LADDER_NEEDS, ladderTools, openRegressor} from "../regress/samples.js";
import {sweepModels} from "../regress/sweep-models.js";
import {type Tried, taskTexts, tryTask} from "../regress/tried.js";
import {claimColumns} from "./claim.js";
import {ledgerRows} from "./ledger-rows.js";
import {costClaims} from "./regress/costs-from-text.js";

/** Tasks that claims are about. */
const TASKS = ["roofline", "program", "graph"] as const;
/** Setting of the smaller model whose seeds are tried, on the first half of the texts. */
const SMALLER = "width-48";

/** Claims on models that read a text and say what it costs. */
export const regressClaims = experiment({
  id: "claims/regress",
  title: "Claims about predicting cost from text",
  question: "Which printed claims about predicting cost from text hold with a small model and true costs?",
  source: "the paper named in each row",
  params: {
    texts: {
      kind: "integer",
      label: "Texts of each kind",
      help: "More documents give narrower intervals.",
      min: 16,
      max: 1000,
      log: true,
      default: 128,
    },
  },
  columns: claimColumns,
  needs: [...LADDER_NEEDS, "regressor/sweep"],
  sweep: [{}],
  async run({texts}, {data, progress}) {
    const model = await openRegressor(data.get("regressor/small"));
    const smaller = await sweepModels(data.get("regressor/sweep"), (setting) => setting === SMALLER);
    const [tried, seeds]: [Tried[], Tried[]] = [[], []];
    const add = (to: Tried[], found: readonly Tried[]) => {
      for (const each of found) to.push(each);
    };
    for (const [n, id] of TASKS.entries()) {
      const {task} = typedTask(id, data.get("times/kernels"));
      const known = taskTexts(task, texts);
      const tell = (share: number, what?: string) => progress((n + share) / TASKS.length, what);
      add(tried, await tryTask(task, model, known, {samples: 16, progress: tell}));
      const some = {...known, test: known.test.slice(0, texts / 2)};
      for (const seed of smaller)
        add(seeds, await tryTask(task, seed.model, some, {samples: 16, progress: tell}));
    }
    return ledgerRows(costClaims, {
      tried,
      seeds,
      tools: {...ladderTools(data, model), convolutions: data.get("regressor/convolutions")},
    });
  },
});
