import type {Work} from "../../experiment/experiment.js";

/** Options of a long step of the library by which it is watched and ended. */
interface Watched {
  readonly progress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** A piece of an experiment's work, from one share of it to another: its own progress is told, and an abort ends it. */
export function watched(
  tell: Work["progress"],
  {from, to, what}: {readonly from: number; readonly to: number; readonly what: string},
): Watched {
  const ended = new AbortController();
  return {
    signal: ended.signal,
    progress(share) {
      tell(from + (to - from) * share, what).catch((reason) => ended.abort(reason));
    },
  };
}
