/** Reads and writes text with the files of a decoder, by whatever runtime runs them. */

import type {DecoderConfig} from "../../engine/decoder/config.js";
import {checkIds} from "../../engine/residual-stream.js";
import {staticInputs} from "../nitro/static-inputs.js";
import {compilable} from "../nitro/static-shape.js";
import type {OnnxPart} from "./export-decoder.js";

/** A tensor as runtimes take and give it. */
export interface OnnxTensor {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Runs the file at a place in the list: inputs by name to outputs by name. */
export type OnnxRuntime = (
  part: number,
  inputs: Readonly<Record<string, OnnxTensor>>,
) => Promise<Readonly<Record<string, {readonly data: unknown}>>>;

/** The files of one run of `tokens` ids, opened by a runtime. */
export interface OpenedParts {
  readonly tokens: number;
  readonly parts: readonly Pick<OnnxPart, "inputs" | "outputs">[];
  readonly run: OnnxRuntime;
}

/** A text that is read and written by files. */
export interface OnnxText {
  /** Tokens so far. */
  readonly length: number;
  /**
   * Logits [T, vocab] of the ids that follow those of earlier calls.
   * @throws RangeError for a bad id, if no run is so short, or if the text becomes longer than the cache.
   */
  read(ids: readonly number[]): Promise<Float32Array>;
}

/**
 * Begins a text: the caches are zeros, and what a run gives of them is what the next one takes.
 * @param opened runs of one compiled length, by the ids that they take: pieces of a prompt go to the longest that fits
 */
export function onnxText(
  config: DecoderConfig,
  compiledLength: number,
  opened: readonly OpenedParts[],
): OnnxText {
  const rope = compilable(config);
  const held = new Map<string, Float32Array>();
  const longestFirst = opened.toSorted((a, b) => b.tokens - a.tokens);
  let length = 0;
  const piece = async ({tokens, parts, run}: OpenedParts, ids: readonly number[]) => {
    const {mask, rotary} = staticInputs({compiledLength, tokens}, rope, length);
    const ends = new Map<string, Float32Array | Int32Array>([
      ["ids", Int32Array.from(ids)],
      ["mask", mask],
      ...Object.entries(rotary ?? {}),
    ]);
    for (const [at, {inputs, outputs}] of parts.entries()) {
      const feeds = inputs.map(({name, shape}) => {
        const data = ends.get(name) ?? held.get(name) ?? new Float32Array(shape.reduce((a, b) => a * b, 1));
        return [name, {data, shape}] as const;
      });
      const found = await run(at, Object.fromEntries(feeds));
      for (const {name} of outputs) keep(name, found[name].data as Float32Array, ends, held);
    }
    length += tokens;
    return ends.get("logits") as Float32Array;
  };
  return {
    get length() {
      return length;
    },
    async read(ids) {
      checkIds(ids, config.vocabSize);
      requireRoom(length + ids.length, compiledLength);
      const logits = new Float32Array(ids.length * config.vocabSize);
      for (let from = 0; from < ids.length; ) {
        const run = fitting(longestFirst, ids.length - from);
        logits.set(await piece(run, ids.slice(from, from + run.tokens)), from * config.vocabSize);
        from += run.tokens;
      }
      return logits;
    },
  };
}

/** Puts an output where the next file, or the next run, looks for it. */
function keep(
  name: string,
  data: Float32Array,
  ends: Map<string, Float32Array | Int32Array>,
  held: Map<string, Float32Array>,
): void {
  if (name === "next_stream") ends.set("stream", data);
  else if (name === "logits") ends.set("logits", data);
  else held.set(`past_${name}`, data);
}

/** The longest run that takes no more ids than there are. @throws RangeError if there is none. */
function fitting(longestFirst: readonly OpenedParts[], ids: number): OpenedParts {
  const found = longestFirst.find(({tokens}) => tokens <= ids);
  if (found !== undefined) return found;
  const lengths = longestFirst.map(({tokens}) => tokens).join(", ");
  throw new RangeError(`onnxText: ids must fill runs of ${lengths} tokens, got ${ids} left over`);
}

/** @throws RangeError if a text is longer than its cache. */
function requireRoom(tokens: number, compiledLength: number): void {
  if (tokens <= compiledLength) return;
  throw new RangeError(
    `onnxText: a text must have at most the compiled length ${compiledLength} of tokens, got ${tokens}`,
  );
}
