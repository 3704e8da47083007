// npm run bench: installs what is missing, bundles the benches, runs them. Node built-ins only, up to the bundler.
import {fileURLToPath} from "node:url";
import {ensureDependencies, must} from "../scripts/bootstrap.mjs";

ensureDependencies();
// llama.cpp comes with its package: nothing is fetched from elsewhere or built.
process.env.NODE_LLAMA_CPP_SKIP_DOWNLOAD ??= "true";
ensureDependencies("bench");
const {build} = await import("esbuild");

await build({
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  entryPoints: {
    main: "bench/main.ts",
    "real-weights": "bench/real-weights.ts",
    gpu: "bench/gpu/main.ts",
    child: "bench/child.ts",
    "sweep-process": "bench/sweep-process.ts",
    // The command line as it is installed, with the processes and threads that it starts.
    paretoscope: "src/cli/main.ts",
    "file-child": "src/cli/files/file-child.ts",
    "measure-thread": "src/cli/quantize/measure-thread.ts",
    // Threads of a sweep start it by its place beside what was bundled.
    worker: "src/data/sweep/worker.ts",
  },
  outdir: "bench/.cache",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  logLevel: "warning",
});
const other = ["real-weights", "gpu"].find((name) => process.argv.includes(`--${name}`));
must(process.execPath, `bench/.cache/${other ?? "main"}.js`, ...process.argv.slice(2));
