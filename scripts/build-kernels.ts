// npm run kernels: the kernels as modules that pages and scripts can import.

import {mkdir, writeFile} from "node:fs/promises";
import {say} from "../src/cli/terminal/print.js";
import {generatedFolder, generateKernel, moduleNames} from "./kernels.js";

await mkdir(generatedFolder, {recursive: true});
for (const name of await moduleNames()) {
  const text = await generateKernel(name);
  await writeFile(`${generatedFolder}/${name}.ts`, text);
  say(`${name}: ${text.length} characters`);
}
