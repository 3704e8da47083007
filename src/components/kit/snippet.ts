import type {Columns} from "../../lib/experiment/columns.js";
import type {Described} from "../../lib/experiment/described.js";
import {type Params, type ParamValue, type ParamValues, paramToText} from "../../lib/technique/params.js";

/** A script for Node that gives the rows of this state: parameters at their defaults are left out. */
export function snippet<P extends Params, C extends Columns, N extends string>(
  {id, params, needs}: Described<P, C, N>,
  values: ParamValues<P>,
): string {
  const own = needs.includes("file" as N);
  const changed = Object.entries(params)
    .filter(
      ([name, param]) =>
        paramToText(values[name as keyof P] as ParamValue<typeof param>) !==
        paramToText(param.default as never),
    )
    .map(([name]) => `  ${name}: ${JSON.stringify(values[name as keyof P])},\n`);
  const settings = changed.length === 0 ? "{}" : `{\n${changed.join("")}}`;
  const load = own
    ? `new Map([["file", await loadTensors("model.safetensors")]])`
    : "await loadData(experiment.needs)";
  const data = needs.length > 0;
  return [
    ...(data ? [`import {${own ? "loadTensors" : "loadData"}} from "paretoscope/data";`] : []),
    `import {loadExperiment} from "paretoscope/experiments";`,
    "",
    `const experiment = await loadExperiment(${JSON.stringify(id)});`,
    ...(data ? [`const data = ${load};`] : []),
    `const rows = await experiment.run(${settings}${data ? ", {data}" : ""});`,
    "console.log(JSON.stringify(rows));",
    "",
  ].join("\n");
}
