import {createReadStream} from "node:fs";
import {stat} from "node:fs/promises";
import {createServer, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import {extname, join, normalize, sep} from "node:path";

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
 * no special headers, `name` answers with `name.html`, a folder with its `index.html`.
 * @throws an error of `listen`, for example EADDRINUSE, if the port cannot be had; port 0 takes any free one.
 */
export async function serveFolder(folder: string, {port = 0, base = "/"} = {}): Promise<StaticServer> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const file = path.startsWith(base) ? await findFile(folder, path.slice(base.length)) : undefined;
    if (file === undefined) {
      response.writeHead(404, {"content-type": "text/plain"}).end("not found\n");
      return;
    }
    response.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "cache-control": "no-cache",
    });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return {server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`};
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
