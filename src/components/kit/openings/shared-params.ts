import {checkParams} from "../../../lib/technique/check-params.js";
import {allowedValues, type Param, type Params, type ParamValues} from "../../../lib/technique/params.js";
import {readState, rememberState} from "../address/url-state.js";

type Values = Readonly<Record<string, unknown>>;

/** The part of an experiment in the parameters that a page shares. */
export interface SharedPart {
  /** Those values of the page that the experiment has. */
  readonly values: Values;
  /** Values of the page that it lacks, in a sentence each. */
  readonly apart: readonly string[];
  /** Sentences about what the address says wrongly. */
  readonly problems: readonly string[];
}

/** Parameters that hold for all experiments of a page, as one state. */
export interface SharedParams {
  /** Their names. */
  readonly names: readonly string[];
  /** Those that an experiment of the page has by now: options and ranges of all of them together. */
  readonly params: Params;
  readonly values: Values;
  /** Adds an experiment; `follow` is called with the values that it has whenever one moves. */
  join(schema: Params, prefix: string, follow: (values: Values) => void): SharedPart;
  /** Moves what of these values is shared, and everything that follows. */
  move(values: Values): void;
  /** Calls back when there are other parameters or values. */
  watch(changed: () => void): void;
}

/** Parameters of these names, shared by the experiments that join; in the address they stand without a prefix. */
export function sharedParams(names: readonly string[]): SharedParams {
  const params: Record<string, Param> = {};
  let values: Values = {};
  const followers: {readonly schema: Params; follow(values: Values): void}[] = [];
  const watchers: (() => void)[] = [];
  const changed = () => {
    for (const watcher of watchers) watcher();
  };

  /** The value of a parameter that no experiment had before: from the address, also as older links have it. */
  function open(name: string, param: Param, prefix: string): readonly string[] {
    const own = {[name]: param};
    const query = new URLSearchParams(location.search);
    // An older link has it with the prefix of one part, which need not be the first.
    const older = [...query.keys()].find((key) => key === prefix + name || key.endsWith(`.${name}`));
    const written = query.has(name) || older === undefined ? "" : older.slice(0, -name.length);
    const {values: read, problems} = readState(own, location.search, written);
    values = {...values, ...read};
    return problems;
  }

  return {
    names,
    params,
    get values() {
      return values;
    },
    join(schema, prefix, follow) {
      const problems = names.flatMap((name) => {
        const param = schema[name];
        if (param === undefined) return [];
        const known = params[name];
        params[name] = known === undefined ? param : together(known, param);
        return known === undefined ? open(name, param, prefix) : [];
      });
      followers.push({schema, follow});
      changed();
      return {
        problems,
        get values() {
          return valuesOf(schema, values);
        },
        get apart() {
          return lacking(schema, values);
        },
      };
    },
    move(next) {
      const own = Object.fromEntries(Object.entries(next).filter(([name]) => Object.hasOwn(params, name)));
      values = {...values, ...own};
      rememberState(params, values as ParamValues<Params>);
      changed();
      for (const {schema, follow} of followers) follow(valuesOf(schema, values));
    },
    watch(watcher) {
      watchers.push(watcher);
    },
  };
}

/** One parameter for two experiments: the options and the range of both. It is in view, however rarely it is moved. */
function together(a: Param, b: Param): Param {
  if ((a.kind === "choice" && b.kind === "choice") || (a.kind === "choices" && b.kind === "choices")) {
    const options = [...new Set([...a.options, ...b.options])];
    return {...a, options, names: {...b.names, ...a.names}} as Param;
  }
  if ("min" in a && "min" in b) return {...a, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max)};
  return a;
}

const valuesOf = (schema: Params, values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([name, value]) => schema[name] && isAllowed(schema[name], value)),
  );

const lacking = (schema: Params, values: Values): string[] =>
  Object.entries(values).flatMap(([name, value]) => {
    const param = schema[name];
    if (param === undefined || isAllowed(param, value)) return [];
    return [
      `${param.label} ${value} is not among the settings of this part: it takes ${allowedValues(param)}.`,
    ];
  });

function isAllowed(param: Param, value: unknown): boolean {
  try {
    checkParams("join", {value: param}, {value});
    return true;
  } catch {
    return false;
  }
}
