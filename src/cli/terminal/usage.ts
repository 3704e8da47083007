import {type ParseArgsConfig, parseArgs} from "node:util";

/** A wrong call of the command line: its message names the allowed values, the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Value and effect of an option, for reading it and for the help. */
export interface OptionSpec {
  /** Placeholder of the value in the help; an option without it is a flag. */
  readonly value?: string;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** A call as it was read: flags hold `true` or `false`. */
export interface Call {
  readonly options: ReadonlyMap<string, string | boolean>;
  readonly positionals: readonly string[];
}

/**
 * Reads the arguments of a command. `--block-size` is another spelling of `--blockSize`; `--no-flag` and
 * `--flag=false` turn a flag off.
 * @throws UsageError naming the options there are.
 */
export function readCall(command: string, args: readonly string[], specs: OptionSpecs): Call {
  const spellings = new Map(
    Object.keys(specs).flatMap((name) => [name, kebab(name)].map((as) => [as, name])),
  );
  const options = new Map<string, string | boolean>();
  const positionals: string[] = [];
  for (const token of tokensOf(args, spellings, specs)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const negated = token.rawName.startsWith("--no-") ? spellings.get(token.rawName.slice(5)) : undefined;
    const isOff = negated !== undefined && specs[negated]?.value === undefined;
    const name = isOff ? negated : spellings.get(token.name);
    if (name === undefined || !token.rawName.startsWith("--"))
      throw unknownOption(command, token.rawName, specs);
    if (options.has(name)) throw new UsageError(`${command}: --${name} must be given once`);
    options.set(name, isOff ? false : optionValue(command, name, token.value, specs[name]));
  }
  return {options, positionals};
}

/** The value of an option that takes one. */
export function text({options}: Call, name: string): string | undefined {
  return options.get(name) as string | undefined;
}

/**
 * The integers of an option, separated by commas.
 * @throws UsageError if one is no integer of at least `least`.
 */
export function integers(command: string, call: Call, name: string, least = 1): number[] | undefined {
  const parts = text(call, name)?.split(",");
  const wrong = parts?.find((part) => !/^\d{1,15}$/.test(part) || Number(part) < least);
  if (wrong !== undefined) {
    throw new UsageError(
      `${command}: --${name} must be integers of at least ${least}, got ${JSON.stringify(wrong)}`,
    );
  }
  return parts?.map(Number);
}

function tokensOf(args: readonly string[], spellings: ReadonlyMap<string, string>, specs: OptionSpecs) {
  const options: ParseArgsConfig["options"] = Object.fromEntries(
    [...spellings].map(([as, name]) => [as, {type: specs[name]?.value === undefined ? "boolean" : "string"}]),
  );
  return parseArgs({args: [...args], options, strict: false, allowPositionals: true, tokens: true}).tokens;
}

function optionValue(
  command: string,
  name: string,
  value: string | undefined,
  spec: OptionSpec,
): string | boolean {
  if (spec.value !== undefined) {
    if (value === undefined) throw new UsageError(`${command}: --${name} must be followed by ${spec.value}`);
    return value;
  }
  if (value === undefined || value === "true") return true;
  if (value === "false") return false;
  throw new UsageError(`${command}: --${name} must be true or false, got ${JSON.stringify(value)}`);
}

function unknownOption(command: string, raw: string, specs: OptionSpecs): UsageError {
  return notOneOf(
    `${command}: an option`,
    raw,
    Object.keys(specs).map((name) => `--${name}`),
  );
}

/** The error for a name that is not among those allowed, with the one that was probably meant. */
export function notOneOf(what: string, got: string, allowed: readonly string[]): UsageError {
  const near = nearest(got, allowed);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  return new UsageError(`${what} must be one of ${allowed.join(", ")}, got ${JSON.stringify(got)}.${hint}`);
}

/** The allowed name with the fewest edits from `got`, if that is at most a third of it. */
function nearest(got: string, allowed: readonly string[]): string | undefined {
  const [best] = allowed
    .map((name) => ({name, edits: editDistance(got.toLowerCase(), name.toLowerCase())}))
    .sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= Math.max(1, best.name.length / 3) ? best.name : undefined;
}

/** The fewest insertions, deletions, replacements and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({length: b.length + 1}, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? rows[i - 2][j - 2] + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, swapped, rows[i - 1][j] + 1, row[j - 1] + 1));
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
