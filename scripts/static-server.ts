import {readFile, stat} from "node:fs/promises";
import {createServer, type Server, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {extname, join, normalize, relative, sep} from "node:path";
import {UNFRAMED} from "./embed-pages.js";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

export interface StaticServer {
  readonly server: Server;
  /** Address of the folder, with a slash at the end. */
  readonly url: string;
}

/**
 * Serves the files of `folder` below `base` on this machine only, the way any plain static host does:
 * no special headers but one against frames, `name` answers with `name.html`, a folder with its `index.html`. Any page of the web can send
 * requests here, so each of them gets an answer, whatever it asks for.
 * @throws an error of `listen`, for example EADDRINUSE, if the port cannot be had; port 0 takes any free one.
 */
export async function serveFolder(folder: string, {port = 0, base = "/"} = {}): Promise<StaticServer> {
  const server = createServer(async ({method, url = "/"}, response) => {
    try {
      if (method === "GET" || method === "HEAD") await answer(response, folder, base, url);
      else say(response, 405, "only GET and HEAD are answered");
    } catch {
      say(response, 500, "the file could not be read");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return {server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`};
}

/** Answers with a file, whole in memory: what cannot be read to its end is noticed before the answer begins. */
async function answer(response: ServerResponse, folder: string, base: string, target: string): Promise<void> {
  const [path] = target.split(/[?#]/, 1);
  const file = path.startsWith(base) ? await findPresent(folder, path.slice(base.length)) : undefined;
  if (file === undefined) return say(response, 404, "not found");
  const bytes = await readFile(file);
  const type = types[extname(file)] ?? "application/octet-stream";
  // A page of this machine is no part of a stranger's page, unless it was made for that.
  const isFramed = type !== types[".html"] || relative(folder, file).startsWith(`embed${sep}`);
  response
    .writeHead(200, {
      "content-type": type,
      "cache-control": "no-cache",
      ...(!isFramed && {"content-security-policy": UNFRAMED}),
    })
    .end(bytes);
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {"content-type": "text/plain"}).end(`${text}\n`);
}

/** The same while a build puts its site in the place of the old one: for a moment there is neither. */
async function findPresent(folder: string, path: string): Promise<string | undefined> {
  for (let tries = 0; tries < 20; tries++) {
    const found = await findFile(folder, path);
    if (found !== undefined || (await stat(folder).catch(() => undefined))) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}

async function findFile(folder: string, path: string): Promise<string | undefined> {
  let wanted: string;
  try {
    wanted = normalize(join(folder, decodeURIComponent(path)));
  } catch {
    return undefined;
  }
  if (wanted !== normalize(folder) && !wanted.startsWith(normalize(folder + sep))) return undefined;
  for (const candidate of [wanted, `${wanted}.html`, join(wanted, "index.html")]) {
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile()) return candidate;
  }
  return undefined;
}
