/** Converts the seconds of a run that does `work` units of work to this unit. */
export const UNITS = {
  s: {better: "lower", ofSeconds: (seconds: number, work: number) => seconds / work},
  ms: {better: "lower", ofSeconds: (seconds: number, work: number) => (1e3 * seconds) / work},
  "tokens/s": {better: "higher", ofSeconds: (seconds: number, work: number) => work / seconds},
  "MB/s": {better: "higher", ofSeconds: (seconds: number, work: number) => work / seconds / 1e6},
  "Mvalue/s": {better: "higher", ofSeconds: (seconds: number, work: number) => work / seconds / 1e6},
  "evaluations/s": {better: "higher", ofSeconds: (seconds: number, work: number) => work / seconds},
} as const;

export type Unit = keyof typeof UNITS;

/** Another way to do the same work, which takes turns with ours. */
export interface PeerInTurn {
  readonly name: string;
  readonly run: () => unknown;
}

/** One whose seconds were taken before, because it takes minutes. */
export interface PeerApart {
  readonly name: string;
  readonly seconds: readonly number[];
}

export type Peer = PeerInTurn | PeerApart;

/** Our way and those of the peers, on the same input. A side that works in the background gives a promise. */
export interface Sides {
  /** Work of one run, in the values or evaluations of the unit; for times, how often it does the thing. */
  readonly work: number;
  readonly ours: () => unknown;
  /** Without those that do not run on this machine. */
  readonly peers: readonly Peer[];
}

/** One thing measured. It has a process of its own, so that no contest trains the engine for another. */
export interface Contest {
  /** Unique: lower case with hyphens. */
  readonly name: string;
  /** Description of a run, with its sizes. */
  readonly title: string;
  readonly unit: Unit;
  /** A number set beforehand that ours should reach, in the unit; it is no measurement. */
  readonly target?: number;
  /** Samples of each side where a run takes seconds; 15 at least, beside a target 3. */
  readonly samples?: number;
  /** Each run is a process of its own, so that there is nothing to warm: one run before what counts. */
  readonly cold?: true;
  /** Takes minutes: runs for `--slow`, `--save` and its own name only. */
  readonly slow?: true;
  /** Makes the input from a seed. @throws Error if the sides do not compute the same. */
  readonly prepare: () => Promise<Sides>;
}
