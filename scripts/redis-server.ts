import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import type {AddressInfo} from "node:net";
import {createServer} from "node:net";
import {requireServer} from "../src/data/sweep/queue/redis.js";
import {findRedis} from "./redis.js";

/** A server of its own for a test, on this machine only, that keeps nothing on disk. */
export interface TestServer {
  readonly url: string;
  /** Kills it and starts another one at the same address, which knows nothing of what was there. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws Error if there is no Redis or Valkey; `npm test` installs one. */
export async function startRedis(): Promise<TestServer> {
  const command = findRedis();
  if (command === undefined) throw new Error("startRedis: redis-server or valkey-server must be on the path");
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  let server: ChildProcess;
  const start = async () => {
    server = spawn(command, args, {stdio: "ignore"});
    for (let tries = 0; ; tries++) {
      try {
        return await requireServer(url);
      } catch (error) {
        if (tries > 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
  };
  const stop = async () => {
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  };
  await start();
  return {
    url,
    stop,
    async restart() {
      await stop();
      await start();
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const {port} = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
