import type {Columns} from "../../../lib/experiment/columns.js";
import type {Described} from "../../../lib/experiment/described.js";
import {type Params, type ParamValue, type ParamValues, paramToText} from "../../../lib/technique/params.js";
import {withoutPaths} from "./without-paths.js";

/** Code by which a script opens a file or a folder; the path stands for the reader's own. */
const OPENERS = {
  file: {open: "openFile", path: "model.safetensors"},
  folder: {open: "openFolder", path: "model"},
} as const;

/** A script for Node that gives the rows of this state: parameters at their defaults are left out. */
export function snippet<P extends Params, C extends Columns, N extends string>(
  {id, params, needs}: Described<P, C, N>,
  values: ParamValues<P>,
): string {
  const files = Object.entries(params).flatMap(([name, param]) =>
    param.kind === "file" && param.required ? [{name, ...OPENERS[param.holds]}] : [],
  );
  const changed = Object.entries(params)
    .filter(
      ([name, param]) =>
        paramToText(values[name as keyof P] as ParamValue<typeof param>) !==
        paramToText(param.default as never),
    )
    .map(([name]) => `  ${name}: ${valueText(values[name as keyof P])},\n`);
  const opened = files.map(({name, open, path}) => `  ${name}: await ${open}(${JSON.stringify(path)}),\n`);
  const given = [...opened, ...changed];
  const settings = given.length === 0 ? "{}" : `{\n${given.join("")}}`;
  const data = needs.length > 0;
  return [
    ...(data ? [`import {loadData} from "paretoscope/data";`] : []),
    `import {loadExperiment} from "paretoscope/experiments";`,
    ...files.map(({open}) => `import {${open}} from "paretoscope/io/node-file";`),
    "",
    `const experiment = await loadExperiment(${JSON.stringify(id)});`,
    ...(data ? ["const data = await loadData(experiment.needs);"] : []),
    `const rows = await experiment.run(${settings}${data ? ", {data}" : ""});`,
    "console.log(JSON.stringify(rows));",
    "",
  ].join("\n");
}

const valueText = (value: unknown) => JSON.stringify(typeof value === "string" ? withoutPaths(value) : value);

/** The name of the file in which a table of an experiment is downloaded, without its ending. */
export const fileStem = (id: string, table?: string): string =>
  `${id.replace("/", "-")}${table === undefined ? "" : `-${table}`}`;

/** Three lines for Node that read the downloaded rows with arquero and sum them up: the mean of a number by group. */
export function arqueroSnippet({id, columns}: Pick<Described, "id" | "columns">): string {
  const named = Object.entries(columns);
  const group = named.find(([, {type}]) => type === "string")?.[0];
  const numbers = named.filter(([, {type}]) => type === "number" || type === "integer");
  const measure = (numbers.find(([, {provenance}]) => provenance !== undefined) ?? numbers.at(-1))?.[0];
  const means = measure === undefined ? "" : `${measure}: op.mean(${JSON.stringify(measure)}), `;
  const grouped = group === undefined ? "" : `.groupby(${JSON.stringify(group)})`;
  return [
    `import {loadArrow, op} from "arquero";`,
    `const rows = await loadArrow(${JSON.stringify(`${fileStem(id)}.arrow`)});`,
    `rows${grouped}.rollup({${means}rows: op.count()}).print();`,
    "",
  ].join("\n");
}
