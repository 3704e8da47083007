import {html} from "htl";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import {grouped} from "../../plots/series.js";
import {shareBars} from "../../plots/share-bars.js";

/** One line of the bench: ours against one other way to do the same. */
export interface SpeedRecord {
  readonly name: string;
  readonly title: string;
  readonly ours: number;
  readonly peer: number | null;
  readonly peerName: string | null;
  /** Ratio by which ours is better. */
  readonly ratio: number | null;
  readonly unit: string;
  /** Runs of the peer; null for a number that nobody measured. */
  readonly peerSamples: number | null;
  readonly date: string;
  readonly load: number;
}

/** The committed run of the bench. */
export interface SpeedRun {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly records: readonly SpeedRecord[];
}

/** Place and date of the measurements, in a sentence. */
export function speedMachine({cpu, cores, node, records}: SpeedRun): string {
  const dates = records.map(({date}) => date).sort();
  const loads = records.map(({load}) => load);
  const [first, last] = [dates[0], dates.at(-1)];
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  return `${cpu}, ${cores} cores, Node ${node}, ${when}, at a load average of ${numberText(smallest(loads), 2)} to ${numberText(largest(loads), 2)}`;
}

/** Groups of contests: their title, and the names of theirs. */
export const SPEED_GROUPS = {
  caches: ["Caches and decompositions", /^(svd|decode-attention|cache-)/],
  ssm: ["State-space models", /^(selective-scan|ssd|vmeanba|recurrence)/],
  sparse: ["Products with sparse matrices", /^(sparse|smash)-/],
  models: ["Models and products of matrices", /^(prefill|decode-step|gem|hadamard)/],
  diffusion: ["Diffusion language models", /^diffusion/],
  decoding: ["Decoding", /^(decoding|slow-link|nitro)/],
  formats: ["Number formats", /^(encode|threads-encode|quantize|choose|decode-(?!attention|step))/],
  costs: ["Cost models", /^(roofline|compose|scale-sim)/],
  tokenizers: ["Tokenizers", /^tokenizer/],
  grammars: ["Grammars", /^grammar/],
  gguf: ["Model files in GGUF", /^(gguf|generate|threads-generate)/],
  sweeps: ["Sweeps", /^sweep/],
} as const;

/** The id of a group of contests. */
export type SpeedGroup = keyof typeof SPEED_GROUPS;

/** Contests with other software that was run: not those of this library with itself, at other sizes or with other models. */
const isMeasured = ({ratio, peerSamples, peerName}: SpeedRecord) =>
  ratio !== null &&
  peerSamples !== null &&
  !/^(chunks of|all channels|two kernels|one thread|plain cache|the same after|plain decoding|the prompt reused|decoder-small|a copy of|our (bitmap|listed|dense|plain))/.test(
    peerName ?? "",
  );

/** Comparisons of each group: how many this library wins, and its middle ratio. */
export function speedOverview({records}: SpeedRun): HTMLElement {
  const groups = Object.values(SPEED_GROUPS).flatMap(([title, names]) => {
    const ratios = records
      .filter((record) => names.test(record.name) && isMeasured(record))
      .map(({ratio}) => ratio ?? 0)
      .toSorted((a, b) => a - b);
    const middle = ratios[Math.floor(ratios.length / 2)];
    return middle === undefined ? [] : [{title, ratios, middle}];
  });
  const faster = (ratios: readonly number[]) => ratios.filter((ratio) => ratio > 1).length;
  const all = groups.flatMap(({ratios}) => ratios);
  const bars = groups.map(({title, ratios, middle}) => ({
    name: `${title}: faster in ${faster(ratios)} of ${ratios.length}`,
    value: middle,
    text: `${numberText(middle, 2)} times`,
  }));
  const overview = captioned(
    "How many times as fast as others, in the middle of each group?",
    `This library is faster in ${faster(all)} of ${all.length} comparisons and slower in the others. Bars: the median ratio of a group; each comparison stands below.`,
    shareBars(bars),
  );
  overview.dataset.figure = "overview";
  return overview;
}

/** Contests that stand on the page of their subject, beside what else is known of it. */
const ELSEWHERE = /^cache-/;

/** A table of more contests than this is folded: the page opens with those that matter. */
const MOST_OPEN = 8;

/** The contests of a group, each with a line for every other way to do its work. */
export function speedTable({records}: SpeedRun, group: SpeedGroup): HTMLElement {
  const [caption, names] = SPEED_GROUPS[group];
  const contests = grouped(
    records.filter(({name}) => names.test(name) && !ELSEWHERE.test(name)),
    ({name}) => name,
  );
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label=${caption}><table>
    <thead><tr><th scope="col">other software</th><th scope="col">${provenanceMark("measured")} ours</th><th scope="col">${provenanceMark("measured")} theirs</th><th scope="col">times as fast</th></tr></thead>
    ${Array.from(contests.values(), contestRows)}
  </table></div>`;
  return contests.size > MOST_OPEN
    ? html`<details class="notes"><summary>All ${contests.size} comparisons</summary>${table}</details>`
    : table;
}

function contestRows(records: readonly SpeedRecord[]): HTMLElement {
  return html`<tbody><tr><th class="plain" scope="rowgroup" colspan="4">${records[0].title} (${records[0].unit})</th></tr>${records.map(recordRow)}</tbody>`;
}

function recordRow({ours, peer, peerName, ratio, peerSamples}: SpeedRecord): HTMLElement {
  const other = peer !== null && peerSamples === null ? "a target, not measured" : (peerName ?? "none here");
  return html`<tr><td>${other}</td><td>${digits(ours)}</td><td>${orDash(peer)}</td><td>${orDash(ratio)}</td></tr>`;
}

const digits = (value: number): string => groupedDigits(numberText(value, 3));

const orDash = (value: number | null): string => (value === null ? "–" : digits(value));
