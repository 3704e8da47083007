import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";

/** A line of a page that readers read. */
export interface ProseLine {
  readonly page: string;
  /** Counted from 1, as editors do. */
  readonly line: number;
  readonly text: string;
}

/** The pages of the site, apart from the models' cards, which `cards.ts` holds to their measurements, and from what a build caches. */
export function pages(folder = "src"): string[] {
  return readdirSync(folder, {recursive: true, encoding: "utf8"})
    .filter((name) => name.endsWith(".md") && !/^(data|\.)/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** The prose of a page: without code, cells, values from tables, addresses, titles of papers and front matter. */
export function proseOf(page: string, source = readFileSync(page, "utf8")): ProseLine[] {
  let isCode = false;
  return source.split("\n").flatMap((raw, i) => {
    if (raw.startsWith("```")) {
      isCode = !isCode;
      return [];
    }
    const text = isCode ? "" : readable(raw);
    return text.trim() === "" ? [] : [{page, line: i + 1, text}];
  });
}

const readable = (raw: string): string =>
  raw.startsWith('<p class="cite">')
    ? ""
    : raw
        .replace(/`[^`]*`/g, " ")
        .replace(/\$\{[^}]*\}/g, " ")
        .replace(/\]\([^)]*\)/g, "]")
        .replace(/<[^>]*>/g, " ");

/** Names that hold a digit and are no numbers. */
const NAMES =
  /\b(?:arXiv:\S+|E\dM\d|NVFP4|MXFP4|MXINT4|NF4|FP16|H2O|Mamba2|Quamba2|Mamba-2|W\dA\d+|B11|B12|[Ii]nt\d+|[Ff]loat\d+|Llama-\d[\w.-]*|DeepSeek-V2|FlashAttention-2|H100|A100|RTX \d+|RetNet [\d.]+B|4over6)\b/g;

const WORDS =
  /\b(?:three|four|five|six|seven|eight|nine|ten|twelve|fifteen|sixteen|seventh|eighth|half|halves|third|thirds|quarter|quarters|fifth|tenth|tenths|hundred|thousand|million|twice|doubles?|triple)\b/gi;

/** A number that prose holds, in digits or in a word. */
export interface ProseNumber extends ProseLine {
  /** Where it begins in the text. */
  readonly at: number;
  readonly number: string;
}

/** All numbers of prose, small words such as "two" aside. */
export function numbersIn(lines: readonly ProseLine[]): ProseNumber[] {
  return lines.flatMap((line) => {
    const text = line.text.replace(NAMES, (name) => " ".repeat(name.length));
    const found = [...text.matchAll(/\d[\d.,]*/g), ...text.matchAll(WORDS)];
    return found.map((match) => ({...line, at: match.index, number: match[0].replace(/[.,]$/, "")}));
  });
}
