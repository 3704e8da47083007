import {html} from "htl";
import {readState, rememberState} from "../../kit/address/url-state.js";
import {paramInputs} from "../../kit/inputs/param-inputs.js";
import {numberText} from "../../kit/text/number-text.js";
import {chart} from "../../plots/chart/chart.js";
import type {Explanation} from "../../plots/chart/explain-card.js";
import {AXES, type Axes, type CacheRow, cacheFront, pooledCaches} from "../../plots/kv/cache-front.js";
import {differenceText, intervalText} from "../../plots/series.js";
import {cacheAdvice} from "./cache-advice.js";
import {ownTimes} from "./cache-times.js";

const PREFIX = "axes.";

/**
 * All caches in one figure whose axes a reader chooses, and what the same rows advise: a drawing for a workbench. The
 * choice is in the address.
 */
export function cacheFrontView(): (rows: readonly CacheRow[]) => HTMLElement {
  let rows: readonly CacheRow[] = [];
  const inputs = paramInputs(AXES, readState(AXES, location.search, PREFIX).values);
  const figure = chart({explain: ({key, label}) => explanation(rows, key, label)});
  const advice = html`<div></div>`;
  const element = html`<div class="cache-front">${inputs}${figure.element}${advice}</div>`;
  const draw = () => {
    const axes = inputs.value as Axes;
    figure.show(cacheFront(rows, axes));
    const times = ownTimes(rows);
    advice.replaceChildren(cacheAdvice(rows, axes.cost), ...(times ? [times] : []));
  };
  inputs.addEventListener("input", () => {
    rememberState(AXES, inputs.value, PREFIX);
    draw();
  });
  return (next) => {
    rows = next;
    draw();
    return element;
  };
}

function explanation(rows: readonly CacheRow[], key: string, label: string): Explanation {
  const row = pooledCaches(rows).find(({technique}) => technique === key);
  if (row === undefined) return {title: label, facts: []};
  const seeds = rows.filter(({technique, seed}) => technique === key && /^\d+$/.test(seed));
  const query = new URLSearchParams(location.search);
  query.set("techniques", ["fp16", key].filter((id, i, all) => all.indexOf(id) === i).join(","));
  const bytes = (value: number) => `${numberText(value, 4)} bytes per token`;
  return {
    title: label,
    facts: [
      ["kept, measured", bytes(row.kept)],
      ["read, measured", bytes(row.read)],
      ["kept, very long text, modelled", bytes(row.keptLong)],
      ["read, very long text, modelled", bytes(row.readLong)],
      ["formula", row.formula],
      [
        "perplexity, measured",
        `${numberText(row.perplexity, 4)}; ${differenceText(row)} above the uncompressed cache`,
      ],
      ["seeds", seeds.map(({seed, difference}) => `${seed}: ${numberText(difference, 2)}`).join("; ")],
      ["KL divergence, measured", `${intervalText(row.klMean, row.klLow, row.klHigh)} nats`],
      ["retrieval accuracy, measured", answersText(row)],
      ["change of answers, paired", changeText(row)],
    ],
    source: row.source,
    link: `${location.pathname}?${query.toString().replace(/%2C/g, ",")}`,
  };
}

function answersText({retrieval, retrievalLow, retrievalHigh, retrievalTrials}: CacheRow): string {
  if (retrieval === null) return "none asked";
  const percent = (share: number | null) => numberText(100 * (share ?? 0), 3);
  return `${percent(retrieval)} % (${percent(retrievalLow)} to ${percent(retrievalHigh)}) of ${retrievalTrials}`;
}

function changeText({answersChange, answersChangeLow, answersChangeHigh}: CacheRow): string {
  if (answersChange === null) return "none asked";
  const points = (share: number | null) => numberText(100 * (share ?? 0), 2);
  return `${points(answersChange)} points (${points(answersChangeLow)} to ${points(answersChangeHigh)})`;
}
