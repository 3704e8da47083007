import {readFileSync} from "node:fs";
import {expect} from "vitest";
import {type Finding, findingsOf, only} from "./finding.js";

interface Contest {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
}

const {records}: {records: readonly Contest[]} = JSON.parse(readFileSync("bench/results.json", "utf8"));
const contest = (name: string, peerName: string) =>
  only(records, (record) => record.name === name && record.peerName.startsWith(peerName));
const ours = (name: string): number => records.find((record) => record.name === name)!.ours;

const benchFindings = findingsOf("src/benchmarks.md", {
  "tokens saved are not always time saved": () => {
    const methods = records.filter(({name}) => name.startsWith("decoding-"));
    expect(methods.some(({ours, peer}) => ours > peer)).toBe(true);
  },
  "so the speedup is smaller than the share of tokens suggests": () => {
    expect(ours("decode-attention-heads")).toBeGreaterThan(1.5 * ours("decode-attention-kv-heads"));
  },
  "a larger chunk needs more working memory (the number in its name)": () => {
    const megabytes = records
      .filter(({name}) => name === "selective-scan-chunks")
      .map(({peerName}) => /chunks of (\d+), ([\d.]+) MB/.exec(peerName)!.slice(1).map(Number));
    expect(megabytes.length).toBeGreaterThan(3);
    const bySize = megabytes.toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
    expect(bySize).toEqual(bySize.toSorted((a, b) => a - b));
  },
  "keeping one costs nearly as much as running it, and a queue several times as much": () => {
    const {ours: kept, peer: run} = contest("sweep-10000", "the runs alone");
    expect((kept - run) / run).toBeGreaterThan(0.6);
    expect((kept - run) / run).toBeLessThan(1.1);
    expect((contest("sweep-10000", "queue, 1 worker").peer - run) / run).toBeGreaterThan(3);
  },
});

/** Findings of the page on a slow link that the bench measured. */
const linkFindings = findingsOf("src/decoding/weights-over-a-slow-link.md", {
  "SubSpec is faster over both links, and the slower the link the more": () => {
    const times = (name: string) => {
      const {ours, peer} = contest(name, "plain decoding");
      return ours / peer;
    };
    expect(times("slow-link-disk")).toBeGreaterThan(1);
    expect(times("slow-link-100mb")).toBeGreaterThan(times("slow-link-disk"));
  },
});

/** Findings that hold of the committed run of the bench. */
export const siteFindings: readonly Finding[] = [...benchFindings, ...linkFindings];
