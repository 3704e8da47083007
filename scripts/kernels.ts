// What makes the modules under src/lib/kernels/generated from the sources under kernels/.
import {readdir} from "node:fs/promises";
import {fileURLToPath} from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Folder of the generated modules. */
export const generatedFolder = fileURLToPath(new URL("../src/lib/kernels/generated", import.meta.url));

/** The kernels by name; `shared` holds what they import. */
export async function kernelNames(): Promise<string[]> {
  const entries = await readdir(`${root}kernels`, {withFileTypes: true});
  return entries.filter((entry) => entry.isDirectory() && entry.name !== "shared").map(({name}) => name);
}

/** The text of the module generated for a kernel. @throws Error with the compiler's messages. */
export async function generateKernel(name: string): Promise<string> {
  const wasm = Buffer.from(await compile(`kernels/${name}/${name}.ts`)).toString("base64");
  const constant = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return `// Generated from kernels/${name} by scripts/build-kernels.ts: not to be edited.

/** The WebAssembly module of kernels/${name}, in base64. */
export const ${constant}Wasm =
  "${wasm}";
`;
}

async function compile(source: string): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const options =
    "-O3 --converge --noAssert --enable simd --runtime stub --importMemory --initialMemory 0 --use abort=";
  const {error, stderr} = await asc.main(
    [source, "--baseDir", root, "--outFile", "kernel.wasm", ...options.split(" ")],
    {
      writeFile(_, contents) {
        if (typeof contents !== "string") wasm = contents;
      },
    },
  );
  if (error !== null || wasm === undefined) throw new Error(`${source}: ${error?.message}\n${stderr}`);
  return wasm;
}
