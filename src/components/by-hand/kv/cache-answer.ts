import {html} from "htl";
import {chart} from "../../plots/chart/chart.js";
import {type CacheRow, cacheFront, pooledCaches} from "../../plots/kv/cache-front.js";

const AXES = {cost: "kept", quality: "KL divergence"} as const;

/** Bytes held against KL divergence of all caches, with the front: a drawing for the opening of a page. */
export function cacheAnswer(): (rows: readonly CacheRow[]) => HTMLElement {
  let rows: readonly CacheRow[] = [];
  const figure = chart({
    explain: ({key, label}) => {
      const row = pooledCaches(rows).find(({technique}) => technique === key);
      return {
        title: label,
        facts: row ? [["bytes of a long text", row.formula]] : [],
        ...(row && {source: row.source}),
      };
    },
  });
  const element = html`<div>${figure.element}</div>`;
  return (next) => {
    rows = next;
    const spec = cacheFront(rows, AXES);
    const front = spec.series.find(({join}) => join === "front")?.points ?? [];
    // Names of the front alone: those of all marks stand in the full view.
    figure.show({...spec, labelled: new Set(front.map(({key}) => key))});
    return element;
  };
}
