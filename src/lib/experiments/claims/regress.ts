import {experiment} from "../../experiment/experiment.js";
import {COST_TASKS, typedTask} from "../regress/cost-tasks.js";
import {LADDER_NEEDS, ladderTools, openRegressor} from "../regress/samples.js";
import {type Tried, taskTexts, tryTask} from "../regress/tried.js";
import {claimColumns} from "./claim.js";
import {ledgerRows} from "./ledger-rows.js";
import {costClaims} from "./regress/costs-from-text.js";

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
  needs: LADDER_NEEDS,
  sweep: [{}],
  async run({texts}, {data, progress}) {
    const model = await openRegressor(data.get("regressor/small"));
    const tried: Tried[] = [];
    for (const [n, id] of COST_TASKS.entries()) {
      if (id === "kernel") continue;
      const {task} = typedTask(id, data.get("times/kernels"));
      const tell = (share: number, what?: string) => progress((n + share) / COST_TASKS.length, what);
      const found = await tryTask(task, model, taskTexts(task, texts), {samples: 16, progress: tell});
      for (const each of found) tried.push(each);
    }
    return ledgerRows(costClaims, {
      tried,
      tools: {...ladderTools(data, model), convolutions: data.get("regressor/convolutions")},
    });
  },
});
