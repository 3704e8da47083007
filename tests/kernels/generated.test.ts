import {readdir, readFile} from "node:fs/promises";
import {expect, test} from "vitest";
import {generatedFolder, generateKernel, kernelNames, moduleNames} from "../../scripts/kernels.js";

test("there is a generated module for every kernel, and no other", async () => {
  const names = await moduleNames();
  expect((await readdir(generatedFolder)).sort()).toEqual(names.map((name) => `${name}.ts`).sort());
});

test.each(await moduleNames())(
  "%s is what its source gives today: `npm run kernels` would change nothing",
  async (name) => {
    expect(await readFile(`${generatedFolder}/${name}.ts`, "utf8")).toBe(await generateKernel(name));
  },
);

test.each(await kernelNames())(
  "the kernel %s says what it does, how its bytes lie, its bound and its peers",
  async (name) => {
    const text = await readFile(new URL(`../../kernels/${name}/README.md`, import.meta.url), "utf8");
    for (const part of ["What", "Layout", "Bound", "Peers"]) expect(text).toContain(`**${part}.**`);
  },
);

test("the page of all kernels names every folder", async () => {
  const text = await readFile(new URL("../../kernels/README.md", import.meta.url), "utf8");
  expect((await kernelNames()).filter((name) => !text.includes(`[${name}](${name}/README.md)`))).toEqual([]);
});
