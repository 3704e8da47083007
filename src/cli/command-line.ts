/** The command line `paretoscope`: which command a call means, and its exit code. */
import {composeCommand} from "./compose.js";
import {conformance} from "./conformance/main.js";
import {diffCommand} from "./diff.js";
import {evalCommand} from "./eval.js";
import {exportOnnxCommand} from "./export-onnx.js";
import {generateCommand} from "./generate.js";
import {inspectCommand} from "./inspect.js";
import {logitsCommand} from "./logits.js";
import {planCommand} from "./plan.js";
import {predictCommand} from "./predict.js";
import {quantizeCommand} from "./quantize.js";
import {reportCommand} from "./report.js";
import {runCommand} from "./run.js";
import {sweepCommand, workerCommand} from "./sweep.js";
import {helpText, listText} from "./terminal/help.js";
import {complain, say, show} from "./terminal/print.js";
import {notOneOf, readCall, UsageError} from "./terminal/usage.js";
import {tokenizeCommand} from "./tokenize.js";
import {packageVersion} from "./version.js";

/** A command gives its exit code. */
type Command = (args: readonly string[]) => Promise<number>;

/** A command that has done its work unless it throws. */
function done(command: (args: readonly string[]) => Promise<void>): Command {
  return async (args) => {
    await command(args);
    return 0;
  };
}

const help = done(async ([topic]) => show(await helpText(topic)));

const COMMANDS: Readonly<Record<string, Command>> = {
  list: done(async (args) => {
    const {positionals} = readCall("list", args, {});
    if (positionals.length > 0)
      throw new UsageError(`list: nothing may follow, got ${positionals.join(" ")}`);
    show(await listText());
  }),
  run: done(runCommand),
  sweep: done(sweepCommand),
  worker: done(workerCommand),
  quantize: done(quantizeCommand),
  diff: diffCommand,
  "export-onnx": done(exportOnnxCommand),
  compose: done(composeCommand),
  inspect: done(inspectCommand),
  plan: done(planCommand),
  report: done(reportCommand),
  eval: done(evalCommand),
  logits: logitsCommand,
  tokenize: done(tokenizeCommand),
  predict: done(predictCommand),
  generate: done(generateCommand),
  conformance,
  help,
};

/** Runs one call. @returns the exit code: 0 done, 1 the work failed, 2 the call was wrong. */
export async function main([name, ...args]: readonly string[]): Promise<number> {
  try {
    if (name === "--version") {
      say(await packageVersion());
      return 0;
    }
    if (name === undefined || name === "--help" || name === "-h") return await help([]);
    if (!Object.hasOwn(COMMANDS, name)) throw notOneOf("paretoscope: a command", name, Object.keys(COMMANDS));
    if (args.includes("--help")) return await help([helpTopic(name, args)]);
    return await COMMANDS[name](args);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError)) return 1;
    complain("paretoscope help tells more.");
    return 2;
  }
}

function helpTopic(command: string, [first]: readonly string[]): string {
  return command === "run" && first !== undefined && !first.startsWith("-") ? first : command;
}
