import {checkParams, shown} from "../technique/check-params.js";
import type {Param, Params, ParamValues} from "../technique/params.js";
import {type Columns, MAIN_TABLE, type Tables} from "./columns.js";

/** The parts of a definition that can be wrong. */
interface Checked<P extends Params> {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly source: string;
  readonly params: P;
  readonly columns: Columns;
  readonly tables?: Tables;
  readonly sweep: readonly Partial<ParamValues<P>>[];
}

const ID = /^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/;
const NAME = /^[a-z][A-Za-z0-9]*$/;
/** Columns that every table gets: how a row came to be, and which setting of the sweep it belongs to. */
const GIVEN_COLUMNS = ["provenance", "setting"];

/**
 * Checks what an experiment is defined by.
 * @throws RangeError naming the experiment and what of it is wrong.
 */
export function checkDefinition<P extends Params>(definition: Checked<P>): void {
  const {id, params, columns, tables = {}, sweep} = definition;
  if (!ID.test(id)) {
    throw new RangeError(`experiment: id must be family/name in lower case with hyphens, got ${shown(id)}`);
  }
  const where = `experiment ${id}`;
  for (const text of ["title", "question", "source"] as const) {
    if (definition[text].trim() === "") throw new RangeError(`${where}: ${text} must be some text, got ""`);
  }
  for (const [name, param] of Object.entries(params)) checkParam(where, name, param);
  checkColumns(where, columns);
  checkRowsBy(where, params, columns);
  for (const [name, parts] of Object.entries(tables)) {
    if (!NAME.test(name) || name === MAIN_TABLE) {
      throw new RangeError(
        `${where}: a table must be named in camelCase and not ${MAIN_TABLE}, got ${shown(name)}`,
      );
    }
    checkColumns(`${where}: table ${name}`, parts);
  }
  checkParams(`${where}: defaults`, params, {});
  sweep.forEach((setting, index) => {
    checkParams(`${where}: sweep ${index}`, params, setting);
  });
}

function checkRowsBy(where: string, params: Params, columns: Columns): void {
  for (const [name, param] of Object.entries(params)) {
    if (param.kind !== "choices" || param.rowsBy === undefined) continue;
    if (Object.hasOwn(columns, param.rowsBy)) continue;
    throw new RangeError(`${where}: rowsBy of ${name} must be a column, got ${shown(param.rowsBy)}`);
  }
}

function checkColumns(where: string, columns: Columns): void {
  if (Object.keys(columns).length === 0)
    throw new RangeError(`${where}: columns must be at least one, got 0`);
  for (const name of Object.keys(columns)) {
    if (!NAME.test(name) || GIVEN_COLUMNS.includes(name)) {
      throw new RangeError(
        `${where}: a column must be named in camelCase and not ${GIVEN_COLUMNS.join(" or ")}, got ${shown(name)}`,
      );
    }
  }
}

function checkParam(where: string, name: string, param: Param): void {
  if (!NAME.test(name)) {
    throw new RangeError(`${where}: a parameter must be named in camelCase, got ${shown(name)}`);
  }
  if (param.kind === "choice" || param.kind === "choices") {
    if (param.options.length === 0 || new Set(param.options.map(String)).size < param.options.length) {
      throw new RangeError(
        `${where}: options of ${name} must be at least one, each once, got ${shown([...param.options])}`,
      );
    }
    const checked = checkParams(where, {[name]: param}, {[name]: param.default});
    if (String(checked[name]) !== String(param.default)) {
      throw new RangeError(
        `${where}: default of ${name} must be in the order of its options, got ${param.default}`,
      );
    }
  } else if ((param.kind === "number" || param.kind === "integer") && !(param.min < param.max)) {
    throw new RangeError(`${where}: min of ${name} must be less than its max ${param.max}, got ${param.min}`);
  } else {
    checkParams(where, {[name]: param}, {[name]: param.default});
  }
}
