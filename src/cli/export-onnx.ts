/** `paretoscope export-onnx`: a decoder as ONNX files whose shapes are all fixed. */
import {statSync} from "node:fs";
import type {ExportedFile, ExportOptions} from "./export-onnx/export-work.js";
import type {WorkJob} from "./files/file-job.js";
import {runWorkOnFile, type WorkOptions} from "./files/file-process.js";
import {modelMemory} from "./options/model-memory.js";
import {modelPath} from "./options/model-path.js";
import {TIME_LIMIT, timeLimitOf} from "./options/time-limit.js";
import {say} from "./terminal/print.js";
import {progressLine} from "./terminal/progress.js";
import {type Call, integers, type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

export const EXPORT_ONNX_USAGE = "paretoscope export-onnx MODEL --out FOLDER --length TOKENS [options]";

export const EXPORT_ONNX_OPTIONS = {
  out: {value: "FOLDER", help: "the folder that the files are written into, made if there is none"},
  length: {value: "TOKENS", help: "tokens whose keys and values the cache has places for"},
  tokens: {
    value: "NUMBERS",
    help: "tokens of a run, between commas: 1 to write, more to read a prompt in pieces (1)",
  },
  layers: {value: "NUMBER", help: "layers of a file, so that the model is several; without it it is one"},
  timeLimit: TIME_LIMIT,
} as const satisfies OptionSpecs;

/** Does work on files: in a child process, or in this one. */
export type WorkRunner = (job: WorkJob, options: WorkOptions) => Promise<unknown>;

/**
 * Runs `paretoscope export-onnx MODEL --out FOLDER --length TOKENS`, and lists the files with their inputs and outputs.
 * @param run where the model is read: a child process, which is ended after the time limit
 * @throws UsageError for a wrong call; Error for a model that fixed shapes cannot run, named by what stands against it.
 */
export async function exportOnnxCommand(
  args: readonly string[],
  run: WorkRunner = runWorkOnFile,
): Promise<void> {
  const call = readCall("export-onnx", args, EXPORT_ONNX_OPTIONS);
  const path = modelPath("export-onnx", call.positionals);
  const options: ExportOptions = {
    path,
    folder: folderOf(call),
    compiledLength: onlyInteger(call, "length") ?? missing("length"),
    tokens: integers("export-onnx", call, "tokens") ?? [1],
    layersPerChunk: onlyInteger(call, "layers") ?? null,
    memory: modelMemory(),
  };
  requireFitting(options);
  const line = progressLine();
  try {
    const job = {work: "export-onnx", options, paths: [path]};
    const timeLimit = timeLimitOf("export-onnx", call.options);
    const files = await run(job, {timeLimit, progress: line.update, part: () => {}});
    line.stop();
    for (const file of files as readonly ExportedFile[]) say(fileText(file));
  } finally {
    line.stop();
  }
}

/** A file and its ends; of the caches those of one layer, and how many more there are. */
function fileText({file, bytes, inputs, outputs}: ExportedFile): string {
  const listed = (ends: readonly string[]) => {
    const [caches, others] = [ends.filter(isCache), ends.filter((end) => !isCache(end))];
    const more = caches.length > 2 ? [`${caches.length - 2} more caches`] : [];
    return [...others, ...caches.slice(0, 2), ...more].join(", ");
  };
  return `${file}: ${bytes} bytes\n  takes ${listed(inputs)}\n  gives ${listed(outputs)}`;
}

const isCache = (end: string): boolean => /^(past_)?(keys|values)\./.test(end);

function folderOf(call: Call): string {
  const folder = text(call, "out") ?? missing("out");
  const there = statSync(folder, {throwIfNoEntry: false});
  if (there === undefined || there.isDirectory()) return folder;
  throw new UsageError(`export-onnx: --out must be a folder, got the file ${folder}`);
}

function onlyInteger(call: Call, name: string): number | undefined {
  const all = integers("export-onnx", call, name);
  if (all === undefined || all.length === 1) return all?.[0];
  throw new UsageError(`export-onnx: --${name} must be one integer, got ${all.join(",")}`);
}

function missing(name: string): never {
  throw new UsageError(`export-onnx: --${name} must be given`);
}

function requireFitting({tokens, compiledLength}: ExportOptions): void {
  const wrong = tokens.find((each) => each > compiledLength);
  if (wrong !== undefined)
    throw new UsageError(`export-onnx: --tokens must be at most --length ${compiledLength}, got ${wrong}`);
  if (new Set(tokens).size < tokens.length)
    throw new UsageError(`export-onnx: --tokens must differ, got ${tokens.join(",")}`);
}
