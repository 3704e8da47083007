import {encodeText, marker} from "../../tasks/vocabulary.js";

/** Words of a prompt: enough for a rank of all channels, few enough to see each. */
const MOST_WORDS = 96;

/** A prompt that a reader types. */
export function promptParam(label: string, text: string) {
  return {
    kind: "text",
    label,
    help: `Words from the model's vocabulary of 256, separated by spaces; at most ${MOST_WORDS}.`,
    maxLength: 12 * MOST_WORDS,
    default: text,
  } as const;
}

/**
 * The tokens of a prompt, with the marker that every text begins with; a reader may write it or leave it out.
 * @throws RangeError naming the first unknown word and its place, or if there are too few words or too many.
 */
export function promptIds(text: string, least = 2): number[] {
  const typed = Array.from(encodeText(text));
  const ids = typed[0] === marker.begin ? typed : [marker.begin, ...typed];
  if (ids.length < least || ids.length > MOST_WORDS + 1) {
    throw new RangeError(
      `promptIds: the prompt must have ${least - 1} to ${MOST_WORDS} words, got ${ids.length - 1}`,
    );
  }
  return ids;
}
