/** `paretoscope diff A B`: what differs between two checkpoints, tensor by tensor. */
import {basename} from "node:path";
import type {TensorDifference} from "../lib/checkpoint/compare.js";
import type {Columns} from "../lib/experiment/columns.js";
import {withGivenColumns} from "../lib/experiment/table.js";
import {runWorkOnFile} from "./files/file-process.js";
import {pathOrShipped} from "./options/model-path.js";
import {TIME_LIMIT, timeLimitOf} from "./options/time-limit.js";
import {tableWriter} from "./terminal/output.js";
import {complain} from "./terminal/print.js";
import {progressLine} from "./terminal/progress.js";
import {type Call, type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

export const DIFF_USAGE = "paretoscope diff A B [options]";

export const DIFF_OPTIONS = {
  tolerance: {value: "NUMBER", help: "relative error up to which tensors count as the same (0)"},
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json instead of text on stdout"},
  timeLimit: TIME_LIMIT,
} as const satisfies OptionSpecs;

const nullable = <T extends object>(column: T) => ({...column, nullable: true}) as const;

const COLUMNS = {
  tensor: {type: "string", label: "Tensor"},
  finding: {type: "string", label: "Finding"},
  dtypeA: nullable({type: "string", label: "How A stores it"}),
  dtypeB: nullable({type: "string", label: "How B stores it"}),
  shapeA: nullable({type: "string", label: "Shape in A"}),
  shapeB: nullable({type: "string", label: "Shape in B"}),
  differing: nullable({type: "number", label: "Elements that differ"}),
  maxAbsError: nullable({type: "number", label: "Largest difference"}),
  relativeError: nullable({type: "number", label: "Norm of the difference over the norm of A"}),
  sqnrDb: nullable({type: "number", label: "Signal to noise", unit: "dB"}),
  note: nullable({type: "string", label: "Why there is no measure"}),
} as const satisfies Columns;

/**
 * Compares two models: files of safetensors or GGUF, indices of shards, or folders.
 * @returns the exit code: 0 if every tensor is the same, within the tolerance; 1 if one is not.
 * @throws UsageError for a wrong call; Error if a model cannot be read.
 */
export async function diffCommand(args: readonly string[]): Promise<0 | 1> {
  const call = readCall("diff", args, DIFF_OPTIONS);
  const [a, b, ...more] = call.positionals.map(pathOrShipped);
  if (a === undefined || b === undefined || more.length > 0) {
    throw new UsageError(`diff: two files or folders must be given, got ${call.positionals.length}`);
  }
  const tolerance = toleranceOf(call);
  const write = tableWriter("diff", text(call, "out"));
  const found = await differences(a, b, timeLimitOf("diff", call.options));
  await write({
    columns: withGivenColumns(COLUMNS),
    rows: found.map((row) => ({...row, provenance: "measured"})),
    metadata: {title: `${basename(a)} and ${basename(b)}`, columns: JSON.stringify(COLUMNS)},
  });
  const others = found.filter((row) => !isSame(row, tolerance));
  complain(
    `diff: ${others.length} of ${found.length} tensors differ${tolerance > 0 ? ` by more than ${tolerance}` : ""}`,
  );
  return others.length === 0 ? 0 : 1;
}

const isSame = ({finding, relativeError}: TensorDifference, tolerance: number): boolean =>
  finding === "same" || (finding === "differs" && relativeError !== null && relativeError <= tolerance);

function toleranceOf(call: Call): number {
  const given = text(call, "tolerance") ?? "0";
  const tolerance = Number(given);
  if (given.trim() !== "" && tolerance >= 0 && Number.isFinite(tolerance)) return tolerance;
  throw new UsageError(`diff: --tolerance must be a number from 0 on, got ${JSON.stringify(given)}`);
}

async function differences(a: string, b: string, timeLimit: number): Promise<readonly TensorDifference[]> {
  const found: TensorDifference[] = [];
  const line = progressLine();
  try {
    const part = (row: unknown) => void found.push(row as TensorDifference);
    await runWorkOnFile(
      {work: "diff", options: {a, b}, paths: [a, b]},
      {timeLimit, progress: line.update, part},
    );
    return found;
  } finally {
    line.stop();
  }
}
