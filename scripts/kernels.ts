// What makes the modules under src/lib/kernels/generated from the sources under kernels/.
import {existsSync} from "node:fs";
import {readdir, readFile} from "node:fs/promises";
import {basename} from "node:path";
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

/** Ends the names of modules that hold WGSL. */
const WGSL = "-wgsl";

/** Files in WGSL, from `kernels` on. */
async function wgslFiles(): Promise<string[]> {
  return (await readdir(`${root}kernels`, {recursive: true})).filter((name) => name.endsWith(".wgsl"));
}

/** The generated modules by name. */
export async function moduleNames(): Promise<string[]> {
  const inWasm = (await kernelNames()).filter((name) => existsSync(`${root}kernels/${name}/${name}.ts`));
  return [
    ...inWasm.flatMap((name) => (WITH_RELAXED.has(name) ? [name, name + RELAXED] : [name])),
    ...(await wgslFiles()).map((file) => basename(file, ".wgsl") + WGSL),
  ];
}

/** The text of a generated module. @throws Error with the compiler's messages. */
export async function generateKernel(module: string): Promise<string> {
  return module.endsWith(WGSL) ? wgslModule(module) : wasmModule(module);
}

const constantOf = (module: string): string =>
  module.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

async function wasmModule(module: string): Promise<string> {
  const isRelaxed = module.endsWith(RELAXED);
  const name = isRelaxed ? module.slice(0, -RELAXED.length) : module;
  const features = isRelaxed ? ["simd", "relaxed-simd"] : ["simd"];
  const wasm = Buffer.from(await compile(`kernels/${name}/${name}.ts`, features)).toString("base64");
  return `// Generated from kernels/${name} by scripts/build-kernels.ts: not to be edited.

/** The WebAssembly module of kernels/${name}${isRelaxed ? " with relaxed SIMD" : ""}, in base64. */
export const ${constantOf(module)}Wasm =
  "${wasm}";
`;
}

async function wgslModule(module: string): Promise<string> {
  const file = (await wgslFiles()).find((name) => basename(name, ".wgsl") + WGSL === module);
  const text = await readFile(`${root}kernels/${file}`, "utf8");
  return `// Generated from kernels/${file} by scripts/build-kernels.ts: not to be edited.

/** The text of kernels/${file}. */
export const ${constantOf(module)} =
  ${JSON.stringify(text)};
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
