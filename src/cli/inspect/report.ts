/** An inspection as text for people. */

import type {Inspection} from "../../lib/experiments/models/inspection.js";
import {largest} from "../../lib/stats/extent.js";

/** Lines of text: names to the left, numbers with their units. */
export function reportText(found: Inspection): string {
  const {weights, formats, ignored} = found;
  const stored = weights?.map(({dtype, tensors, elements, bytes}) => [
    dtype,
    `${whole(tensors)} tensors`,
    `${whole(elements)} numbers`,
    bytesText(bytes),
  ]);
  const inFormats = formats.map(({format, bitsPerElement, bytes}) => [
    format,
    `${Number(bitsPerElement.toFixed(3))} bits`,
    bytesText(bytes),
  ]);
  return [
    textColumns(facts(found)),
    stored && `\nWeights in the files\n${textColumns(stored)}`,
    `\nAll parameters in each format\n${textColumns(inFormats)}`,
    ignored.length > 0 &&
      `\nNot used\n${textColumns(shortened(ignored.map(({what, reason}) => [what, reason])))}`,
  ]
    .filter(Boolean)
    .join("");
}

function facts(found: Inspection): string[][] {
  const {family, architecture, layers, vocabulary, parameters, activeParameters} = found;
  return [
    [
      "family",
      family === null
        ? "not known: no config.json"
        : `${family}${architecture === null ? "" : ` (${architecture})`}`,
    ],
    ["parameters", whole(parameters)],
    ...(activeParameters === null ? [] : [["active", `${whole(activeParameters)} for one token`]]),
    ...(layers === null ? [] : [["layers", whole(layers.count)]]),
    ...[...(layers?.mixers ?? []), ...(layers?.networks ?? [])].map(({layers: count, description}) => [
      "",
      `${count} x ${description}`,
    ]),
    ...(vocabulary === null ? [] : [["vocabulary", vocabularyText(found)]]),
    ...(found.maxPositions === null ? [] : [["made for", `${whole(found.maxPositions)} tokens`]]),
    ...(found.kvBytes === null
      ? []
      : [
          [
            "cache",
            found.kvBytes === 0
              ? "none"
              : `${bytesText(found.kvBytes)} for one text of ${whole(found.context)} tokens, 16 bits`,
          ],
        ]),
    ...(found.stateBytes === null
      ? []
      : [
          [
            "state",
            found.stateBytes === 0
              ? "none"
              : `${bytesText(found.stateBytes)} for one text of any length, 16 bits`,
          ],
        ]),
  ];
}

function vocabularyText({vocabulary, tied}: Inspection): string {
  if (vocabulary === null) return "";
  const padded = vocabulary.rows === vocabulary.tokens ? "" : `, padded to ${whole(vocabulary.rows)} rows`;
  return `${whole(vocabulary.tokens)}${padded}; ${tied ? "the head is the embedding" : "a head of its own"}`;
}

/** Lines that a reader still takes in; the JSON has all. */
const MOST_LINES = 20;

function shortened(lines: string[][]): string[][] {
  if (lines.length <= MOST_LINES) return lines;
  return [
    ...lines.slice(0, MOST_LINES),
    [`and ${lines.length - MOST_LINES} more`, "--format json lists all"],
  ];
}

const whole = (value: number): string => value.toLocaleString("en");

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** Bytes in the unit of their size, with four digits. */
export function bytesText(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** step).toPrecision(4))} ${UNITS[step]}`;
}

/** Cells in columns, the last as it is. */
export function textColumns(lines: readonly (readonly string[])[]): string {
  const most = largest(lines.map((line) => line.length));
  const widths = Array.from({length: most - 1}, (_, i) => largest(lines.map((line) => line[i]?.length ?? 0)));
  const padded = (line: readonly string[]) =>
    line.map((cell, i) => (i < line.length - 1 ? cell.padEnd(widths[i]) : cell));
  return lines.map((line) => `  ${padded(line).join("  ").trimEnd()}\n`).join("");
}
