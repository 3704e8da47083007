import {html} from "htl";
import {nearestLevel, stochasticLevel} from "../../../lib/quant/training/e2m1-rounding.js";
import {mean} from "../../../lib/stats/moments.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {shareBars} from "../../plots/share-bars.js";

/** Controls of one value that is rounded again and again. */
export const chanceRoundingParams = {
  value: {kind: "number", label: "Value, over its scale", min: -6, max: 6, step: 0.05, default: 2.2},
  draws: {kind: "integer", label: "Roundings", min: 1, max: 1000, log: true, default: 100},
} as const;

type Setting = {readonly value: number; readonly draws: number};

/** Levels of some roundings of one value. */
function drawn({value, draws}: Setting): number[] {
  const {uniform} = randomStream(1, "roundings by chance");
  return Array.from({length: draws}, () => stochasticLevel(value, uniform()));
}

/** The mean of the roundings beside the nearest level. */
export function chanceFinding(setting: Setting): string {
  const levels = drawn(setting);
  const [nearest, average] = [nearestLevel(setting.value), mean(levels)];
  return `Rounded to nearest, ${numberText(setting.value, 3)} is always ${numberText(nearest, 3)}; by chance its mean over ${setting.draws} roundings is ${numberText(average, 3)}.`;
}

/** Levels that a value becomes by chance, and how often. */
export function chanceRounding(setting: Setting): HTMLElement {
  const levels = drawn(setting);
  const bars = [...new Set(levels)]
    .sort((a, b) => a - b)
    .map((level) => {
      const share = levels.filter((each) => each === level).length / levels.length;
      return {name: `to ${numberText(level, 3)}`, value: share, text: `${numberText(100 * share, 3)} %`};
    });
  return captioned(
    "To which levels does chance round a value?",
    chanceFinding(setting),
    html`<div>${shareBars(bars)}</div>`,
  );
}
