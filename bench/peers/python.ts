import {type ChildProcessWithoutNullStreams, spawn} from "node:child_process";
import {once} from "node:events";
import {createInterface} from "node:readline";
import type {PeerInTurn} from "../harness/contest.js";

const ONE_THREAD = {OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1"};

/**
 * The peer that a script of `bench/` is: it says its name, and then does its work once for every line that it reads, and
 * answers with one. None where there is no Python or it lacks the script's packages. Python is `python3`, or what the
 * environment variable PYTHON names.
 */
export async function pythonPeer(script: string, ...args: (string | number)[]): Promise<PeerInTurn[]> {
  const python = spawn(process.env.PYTHON ?? "python3", [`bench/${script}`, ...args.map(String)], {
    env: {...process.env, ...ONE_THREAD},
  });
  const lines = createInterface({input: python.stdout});
  for (const emitter of [python, python.stdin]) emitter.on("error", () => lines.close());
  const answers = lines[Symbol.asyncIterator]();
  const {value: name, done} = await answers.next();
  return done ? [] : [{name, run: () => work(python, answers)}];
}

async function work(python: ChildProcessWithoutNullStreams, answers: AsyncIterator<string>): Promise<void> {
  if (!python.stdin.write("\n")) await once(python.stdin, "drain");
  const {done} = await answers.next();
  if (done) throw new Error("pythonPeer: the script must answer every line, got its end");
}
