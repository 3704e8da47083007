/** `paretoscope logits`: what a model folder computes, for anyone who compares engines. Reads and writes files. */
import {writeFile} from "node:fs/promises";
import {totalmem} from "node:os";
import {parseArgs} from "node:util";
import type {LoadOptions} from "../lib/engine/decoder/load-decoder.js";
import {readOn} from "../lib/engine/generate.js";
import {openModel} from "../lib/engine/language-model.js";
import {wasmBackend} from "../lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../lib/io/node-file.js";

export const LOGITS_USAGE =
  "paretoscope logits MODEL --ids 5,17,3 [--greedy STEPS] [--backend wasm|reference] [--out FILE.json]";

/** What the command writes. */
export interface LogitsResult {
  /** A row of [vocab] for each position of the prompt. */
  readonly logits: readonly (readonly number[])[];
  /** The tokens that greedy decoding adds. */
  readonly greedy: readonly number[];
}

/**
 * Runs the command; without `--out` the JSON goes to stdout.
 * @returns the exit code: 0, 1 if the model cannot be run, 2 for a wrong call.
 */
export async function logitsCommand(args: readonly string[]): Promise<0 | 1 | 2> {
  const call = readCall(args);
  if (typeof call === "string") {
    console.error(`logits: ${call}\nusage: ${LOGITS_USAGE}`);
    return 2;
  }
  try {
    const text = `${JSON.stringify(await modelLogits(call))}\n`;
    if (call.out === undefined) process.stdout.write(text);
    else await writeFile(call.out, text);
    return 0;
  } catch (error) {
    console.error(`logits: ${(error as Error).message}`);
    return 1;
  }
}

interface Call {
  readonly model: string;
  readonly ids: readonly number[];
  readonly steps: number;
  readonly backend: "wasm" | "reference";
  readonly out: string | undefined;
}

async function modelLogits({model: path, ids, steps, backend}: Call): Promise<LogitsResult> {
  const folder = await openFolder(path);
  try {
    const model = await openModel(folder, await engine(backend));
    if (model.unused.length > 0) {
      console.error(
        `logits: ${path} holds ${model.unused.length} tensors that no part of the model takes: ${model.unused[0]} …`,
      );
    }
    const {promptLogits, tokens} = readOn(model.read(), ids, steps);
    const {vocabSize} = model;
    const logits = ids.map((_, t) => Array.from(promptLogits.subarray(t * vocabSize, (t + 1) * vocabSize)));
    return {logits, greedy: tokens};
  } finally {
    await folder.close();
  }
}

/** Half of the machine's memory, and of a wasm one most: activations and all else have to live beside the weights. */
async function engine(backend: Call["backend"]): Promise<LoadOptions> {
  if (backend === "reference") return {maxBytes: totalmem() / 2};
  return {backend: await wasmBackend(), maxBytes: Math.min(totalmem() / 2, 0.9 * 2 ** 32)};
}

function readCall(args: readonly string[]): Call | string {
  try {
    const options = {
      ids: {type: "string"},
      greedy: {type: "string"},
      backend: {type: "string"},
      out: {type: "string"},
    } as const;
    const {values, positionals} = parseArgs({args: [...args], options, allowPositionals: true});
    if (positionals.length !== 1) return `MODEL must be one folder, got ${positionals.length}`;
    const ids = values.ids?.split(",") ?? [];
    if (ids.length === 0 || !ids.every(isCount)) {
      return `--ids must be token ids separated by commas, such as 5,17,3, got ${values.ids ?? "none"}`;
    }
    const steps = values.greedy ?? "0";
    if (!isCount(steps)) return `--greedy must be an integer of at least 0, got ${steps}`;
    const backend = values.backend ?? "wasm";
    if (backend !== "wasm" && backend !== "reference")
      return `--backend must be wasm or reference, got ${backend}`;
    return {model: positionals[0], ids: ids.map(Number), steps: Number(steps), backend, out: values.out};
  } catch (error) {
    return (error as Error).message;
  }
}

function isCount(text: string): boolean {
  return /^\s*\d{1,9}\s*$/.test(text);
}
