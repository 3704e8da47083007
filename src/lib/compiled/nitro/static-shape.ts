/** Sizes that are fixed before the first token, and the models that can be run with them. */

import type {Rope} from "../../architectures/record/rope.js";
import type {DecoderConfig, DecoderLayerPlan} from "../../engine/decoder/config.js";
import {FormatError} from "../../io/format-error.js";
import {requireInteger} from "../../tensor/require.js";

/** Sizes of one compiled graph. */
export interface StaticShape {
  /** Tokens whose keys and values the cache has places for. */
  readonly compiledLength: number;
  /** Tokens that one run takes: 1 to write, more to read a prompt piece by piece. */
  readonly tokens: number;
}

/** @throws RangeError unless both sizes are integers of at least 1 and a run's tokens fit the cache. */
export function requireShape({compiledLength, tokens}: StaticShape): void {
  requireInteger("requireShape", "compiledLength", compiledLength, 1);
  requireInteger("requireShape", "tokens", tokens, 1);
  if (tokens <= compiledLength) return;
  throw new RangeError(
    `requireShape: tokens must be at most the compiled length ${compiledLength}, got ${tokens}`,
  );
}

/**
 * The rotary rule that all rotated layers of a model share, null where none is rotated, if fixed shapes can run the model:
 * one mask and one row of rotations serve all layers, and every token passes the same products.
 * @throws FormatError with kind `unsupported` that names the part of the model which cannot be run so.
 */
export function compilable({
  masked,
  positionTable,
  embeddingWidth,
  hiddenSize,
  plans,
}: DecoderConfig): Rope | null {
  if (masked !== null) throw refused("config", "masked tokens");
  if (positionTable !== null) throw refused("config", "a table of positions");
  if (embeddingWidth !== hiddenSize) throw refused("config", "an embedding of another width");
  const [first = null, ...others] = plans.flatMap((plan, layer) => ropeOf(plan, layer));
  if (others.some((rope) => rope !== first)) throw refused("config", "several rotary rules");
  const scaling = first?.scaling?.kind;
  if (scaling === "dynamic" || scaling === "longrope")
    throw refused("config", `${scaling} rotary frequencies`);
  return first;
}

/** The rotary rule of a layer, as a list of one or none. */
function ropeOf({mixer, channels, parallel}: DecoderLayerPlan, layer: number): Rope[] {
  const place = `layer ${layer}`;
  if (!mixer.causal) throw refused(place, "attention in both directions");
  if (mixer.window !== null) throw refused(place, "a window");
  if (mixer.clip !== null) throw refused(place, "clipped queries");
  if (channels.kind !== "dense") throw refused(place, "experts");
  if (parallel) throw refused(place, "attention and network side by side");
  return mixer.rope === null ? [] : [mixer.rope];
}

function refused(field: string, value: string): FormatError {
  return new FormatError("compilable", {
    kind: "unsupported",
    offset: null,
    field,
    value,
    allowed: "a dense causal decoder whose layers share one rotary rule",
  });
}
