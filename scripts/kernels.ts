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

/** Kernels that gain from relaxed SIMD, which not every machine has: they are compiled with it too. */
const WITH_RELAXED: ReadonlySet<string> = new Set(["packed-product"]);

const RELAXED = "-relaxed";

/** The generated modules by name. */
export async function moduleNames(): Promise<string[]> {
  return (await kernelNames()).flatMap((name) => (WITH_RELAXED.has(name) ? [name, name + RELAXED] : [name]));
}

/** The text of a generated module. @throws Error with the compiler's messages. */
export async function generateKernel(module: string): Promise<string> {
  const isRelaxed = module.endsWith(RELAXED);
  const name = isRelaxed ? module.slice(0, -RELAXED.length) : module;
  const features = isRelaxed ? ["simd", "relaxed-simd"] : ["simd"];
  const wasm = Buffer.from(await compile(`kernels/${name}/${name}.ts`, features)).toString("base64");
  const constant = module.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return `// Generated from kernels/${name} by scripts/build-kernels.ts: not to be edited.

/** The WebAssembly module of kernels/${name}${isRelaxed ? " with relaxed SIMD" : ""}, in base64. */
export const ${constant}Wasm =
  "${wasm}";
`;
}

async function compile(source: string, features: readonly string[]): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const options = "-O3 --converge --noAssert --runtime stub --importMemory --initialMemory 0 --use abort=";
  const enabled = features.flatMap((feature) => ["--enable", feature]);
  const {error, stderr} = await asc.main(
    [source, "--baseDir", root, "--outFile", "kernel.wasm", ...enabled, ...options.split(" ")],
    {
      writeFile(_, contents) {
        if (typeof contents !== "string") wasm = contents;
      },
    },
  );
  if (error !== null || wasm === undefined) throw new Error(`${source}: ${error?.message}\n${stderr}`);
  return wasm;
}
