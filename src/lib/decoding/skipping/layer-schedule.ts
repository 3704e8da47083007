import type {Params} from "../../technique/params.js";
import type {Technique} from "../../technique/technique.js";

/** A token whose layers are to be chosen. */
export interface ScheduledToken {
  /** Layers of the model. */
  readonly layers: number;
  /** Layers of the model over those that a token passes on average, at least 1. */
  readonly speedup: number;
  /** Place among the tokens after the prompt, from 0; negative inside the prompt. */
  readonly step: number;
  /** Tokens after the prompt for which the schedule is laid out. */
  readonly steps: number;
}

/** Record of a rule that says which layers a token passes, whatever the token is. */
export interface LayerSchedule extends Technique<Params> {
  /** Whether tokens of the prompt pass all layers. */
  readonly readsPromptWhole: boolean;
  /** Indices of the layers, ascending. */
  keeps(token: ScheduledToken): number[];
}

/** Facts that all schedules share. */
export function layerSchedule(facts: Omit<LayerSchedule, "family" | "needs" | "params">): LayerSchedule {
  const schedule: LayerSchedule = {family: "decoding", needs: [], params: {}, ...facts};
  return Object.freeze(schedule);
}
