import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {open} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {complain} from "../../src/cli/terminal/print.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import type {Contest} from "../harness/contest.js";

const FORMATS = ["int4", "mxfp4", "nvfp4", "razer", "q4_0", "q4_K"] as const;
const MATRICES = 32;
const [ROWS, COLUMNS] = [4096, 4096];
const ELEMENTS = ROWS * COLUMNS;
/** Bytes that all processes of a run may hold together. */
const MOST_MEMORY = 1e9;

/** The upper halves of the bits of Gaussian numbers. */
function bfloat16(): Uint16Array {
  const stream = randomStream(1, "bench/checkpoints");
  const one = new Float32Array(1);
  const bits = new Uint32Array(one.buffer);
  return Uint16Array.from({length: ELEMENTS}, () => {
    one[0] = 0.02 * stream.normal();
    return bits[0] >>> 16;
  });
}

/** Writes a gigabyte of BF16 in safetensors: the same numbers in every matrix, each beginning elsewhere. */
async function writeCheckpoint(path: string): Promise<void> {
  const bytes = 2 * ELEMENTS;
  const header = Object.fromEntries(
    Array.from({length: MATRICES}, (_, i) => [
      `layers.${i}.weight`,
      {dtype: "BF16", shape: [ROWS, COLUMNS], data_offsets: [i * bytes, (i + 1) * bytes]},
    ]),
  );
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(8 * Math.ceil(text.length / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const codes = bfloat16();
  const file = await open(path, "w");
  try {
    await file.writev([length, padded]);
    for (let i = 0; i < MATRICES; i++) {
      const at = i * COLUMNS;
      await file.writev([codes.subarray(at), codes.subarray(0, at)]);
    }
  } finally {
    await file.close();
  }
}

/** Largest resident bytes so far of a process and all that it started; 0 where Linux's /proc is not there. */
function peakMemory(pid: number): number {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    return children.reduce((sum, child) => sum + peakMemory(Number(child)), 1024 * Number(peak?.[1] ?? 0));
  } catch {
    return 0;
  }
}

async function watched(child: ChildProcess): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, peakMemory(child.pid!));
  }, 200);
  const [code] = await once(child, "exit");
  clearInterval(timer);
  if (code !== 0) throw new Error(`quantize-1gb: the command must end with 0, got ${code}`);
  return peak;
}

/** Runs the command as a user does. @throws Error if it left out an element, or took more memory than it may. */
async function quantize(folder: string): Promise<void> {
  const command = fileURLToPath(new URL("paretoscope.js", import.meta.url));
  const out = join(folder, "out.json");
  const args = ["quantize", join(folder, "model.safetensors"), "--formats", FORMATS.join(","), "--out", out];
  const peak = await watched(spawn(process.execPath, [command, ...args], {stdio: ["ignore", 2, 2]}));
  const rows = JSON.parse(readFileSync(out, "utf8")) as {measuredElements: number; sqnrDb: number | null}[];
  const measured = rows.filter((row) => row.measuredElements === ELEMENTS && row.sqnrDb !== null);
  if (measured.length !== MATRICES * FORMATS.length) {
    throw new Error(
      `quantize-1gb: ${MATRICES * FORMATS.length} rows must have all elements, got ${measured.length}`,
    );
  }
  complain(`quantize-1gb: ${Math.round(peak / 1e6)} MB in all processes at most`);
  if (peak > MOST_MEMORY)
    throw new Error(`quantize-1gb: memory must be at most ${MOST_MEMORY} bytes, got ${peak}`);
}

/** The command `quantize` on a checkpoint of a gigabyte. */
export const checkpoints: readonly Contest[] = [
  {
    name: "quantize-1gb",
    title: `quantize 1 GB of BF16, every element, in ${FORMATS.join(", ")}`,
    unit: "s",
    target: 60,
    samples: 3,
    cold: true,
    slow: true,
    async prepare() {
      const folder = mkdtempSync(join(tmpdir(), "bench-quantize-"));
      process.once("exit", () => rmSync(folder, {recursive: true, force: true}));
      await writeCheckpoint(join(folder, "model.safetensors"));
      return {work: 1, ours: () => quantize(folder), peers: []};
    },
  },
];
