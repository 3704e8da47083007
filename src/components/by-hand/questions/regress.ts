import {numberText} from "../../kit/text/number-text.js";
import {atMost} from "../../plots/regress/estimators.js";
import type {LadderSizeRow} from "../../plots/regress/ladder-size.js";
import {compared, numberName, type PredictorRow} from "../../plots/regress/predictors.js";
import type {NumberRow} from "../regress/number-tokens.js";
import type {BarQuestion} from "./question.js";

/** Numbers of the page's first row that a reader chooses between. */
const OFFERED = ["0.0123456", "1234567", "1e-12", "0.3"];

/** The number that P10 cannot hold. */
export function lostNumberQuestion(rows: readonly NumberRow[]): BarQuestion {
  const own = rows.filter(({scheme, number}) => scheme === "p10" && OFFERED.includes(number));
  const most = own.reduce((a, b) => ((b.loss ?? 0) > (a.loss ?? 0) ? b : a));
  return {
    question: `A number is a sign, ${most.digits} digits and one token for a power of ten from −10 to 10. Which of these is lost altogether?`,
    options: own.map(({number}) => number),
    right: own.indexOf(most),
    because: `${most.number} comes back as ${most.decoded}: no token stands for so small a power of ten.`,
    shown: `Part of the number that P10 loses with ${most.digits} digits`,
    bars: own.map(({number, loss}) => ({
      name: number,
      value: loss ?? 0,
      text: `${numberText(100 * (loss ?? 0), 2)} %`,
    })),
  };
}

/** The predictor that keeps the order of unseen texts best. */
export function bestPredictorQuestion(rows: readonly PredictorRow[]): BarQuestion {
  const target = rows[0]?.target ?? "";
  const own = compared(rows).filter((row) => row.target === target && row.spearman !== null);
  const order = own.toSorted((a, b) => (b.spearman ?? 0) - (a.spearman ?? 0));
  return {
    question: `Texts that no predictor was trained on are to be ordered by their ${numberName(target)}. Which predictor keeps their order best?`,
    options: own.map(({predictor}) => predictor),
    right: own.indexOf(order[0]),
    because: `${order[0].predictor}, with a rank correlation of ${numberText(order[0].spearman ?? 0, 2)} over ${order[0].texts} texts; the next is ${order[1]?.predictor}.`,
    shown: "Spearman's correlation with the true order",
    bars: order.map(({predictor, spearman}) => ({
      name: predictor,
      value: spearman ?? 0,
      text: numberText(spearman ?? 0, 2),
    })),
  };
}

/** The estimator of all samples with the least error. */
export function estimatorQuestion(rows: readonly PredictorRow[]): BarQuestion {
  const order = atMost(rows);
  const options = order.map(({estimator}) => estimator ?? "").toSorted();
  return {
    question: `A model gives ${order[0].samples} samples of what a text costs, and one number is wanted. Which one errs least on average, in powers of ten?`,
    options: options.map((name) => `their ${name}`),
    right: options.indexOf(order[0].estimator ?? ""),
    because: `The ${order[0].estimator}, by ${numberText(order[0].logError, 3)}; the ${order.at(-1)?.estimator} errs by ${numberText(order.at(-1)?.logError ?? 0, 3)}.`,
    shown: "Root mean square error in powers of ten",
    bars: order.map(({estimator, logError}) => ({
      name: estimator ?? "",
      value: logError,
      text: numberText(logError, 3),
    })),
  };
}

/** The predictor that needs the fewest texts. */
export function fewTextsQuestion(rows: readonly LadderSizeRow[]): BarQuestion {
  const fewest = rows.reduce((least, {learned}) => Math.min(least, learned), Number.POSITIVE_INFINITY);
  const own = rows.filter(({learned}) => learned === fewest);
  const order = own.toSorted((a, b) => a.logError - b.logError);
  return {
    question: `Only ${fewest} texts with a true ${numberName(order[0].target)} are known. Which predictor errs least on texts of another structure?`,
    options: own.map(({predictor}) => predictor),
    right: own.indexOf(order[0]),
    because: `${order[0].predictor}, by ${numberText(order[0].logError, 2)} powers of ten; the next is ${order[1]?.predictor}, with ${numberText(order[1]?.logError ?? 0, 2)}.`,
    shown: "Root mean square error in powers of ten",
    bars: order.map(({predictor, logError}) => ({
      name: predictor,
      value: logError,
      text: numberText(logError, 2),
    })),
  };
}
