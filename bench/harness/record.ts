import {type Contest, UNITS, type Unit} from "./contest.js";
import {measureInTurn} from "./measure.js";
import {median, quantile} from "./statistics.js";

/** Name of the other side where it is a number set beforehand. */
export const TARGET = "target";

/** One line of the results: ours against one peer, medians in the unit. */
export interface BenchRecord {
  readonly name: string;
  readonly title: string;
  readonly ours: number;
  /** The peer's median, or the target; null where the peer does not run on this machine. */
  readonly peer: number | null;
  readonly peerName: string | null;
  /** Ratio by which ours is better: peer over ours for times, ours over peer for rates. Above 1 we are ahead. */
  readonly ratio: number | null;
  readonly unit: Unit;
  /** Half of the samples lie between these. */
  readonly oursQuartiles: readonly [number, number];
  readonly peerQuartiles: readonly [number, number] | null;
  readonly samples: number;
  /** Fewer where the peer was measured apart; null for a target. */
  readonly peerSamples: number | null;
}

/** Ratio by which ours is better than the peer's. */
export function ratioOf(ours: number, peer: number, unit: Unit): number {
  return UNITS[unit].better === "lower" ? peer / ours : ours / peer;
}

/** Measures a contest: a record for every peer and for the target, and one without a peer if there is neither. */
export async function runContest(contest: Contest, measure = measureInTurn): Promise<BenchRecord[]> {
  const {unit, target, samples, cold} = contest;
  const {work, ours, peers} = await contest.prepare();
  const runs = peers.flatMap((peer) => ("run" in peer ? [peer.run] : []));
  const [own, ...inTurn] = await measure([ours, ...runs], {
    ...(samples === undefined ? {} : {samples}),
    ...(cold === undefined ? {} : {warmUpRuns: 1, warmUp: 0}),
  });
  const inUnit = (seconds: readonly number[]) => seconds.map((s) => UNITS[unit].ofSeconds(s, work));
  const records = peers.map((peer) => {
    const seconds = "run" in peer ? inTurn.shift()! : peer.seconds;
    return record(contest, inUnit(own!), peer.name, inUnit(seconds));
  });
  if (target !== undefined) records.push(record(contest, inUnit(own!), TARGET, [target]));
  return records.length > 0 ? records : [record(contest, inUnit(own!), null, null)];
}

function record(
  {name, title, unit}: Contest,
  own: readonly number[],
  peerName: string | null,
  other: readonly number[] | null,
): BenchRecord {
  const ours = median(own);
  const peer = other && median(other);
  return {
    name,
    title,
    ours,
    peer,
    peerName,
    ratio: peer === null ? null : ratioOf(ours, peer, unit),
    unit,
    oursQuartiles: quartiles(own),
    peerQuartiles: other === null || peerName === TARGET ? null : quartiles(other),
    samples: own.length,
    peerSamples: other === null || peerName === TARGET ? null : other.length,
  };
}

const quartiles = (samples: readonly number[]): [number, number] => [
  quantile(samples, 0.25),
  quantile(samples, 0.75),
];
