import {rowsFromArrow, rowsToArrow} from "../../../src/lib/io/arrow.js";
import type {FuzzTarget} from "../target.js";

const ROWS = [
  {name: "a", count: 1, share: 0.5, isFull: true, trace: [1, 2.5], parts: ["x", "y"]},
  {name: "b", count: -1, share: null, isFull: false, trace: [], parts: []},
];

/** Tables as this package writes them. Pages and commands read none of a stranger's. */
export const arrow: FuzzTarget = {
  id: "arrow",
  seeds: async () => [
    rowsToArrow(
      {
        name: {type: "string", label: "Name"},
        count: {type: "integer", label: "Count"},
        share: {type: "number", label: "Share", nullable: true},
        isFull: {type: "boolean", label: "Full"},
        trace: {type: "numbers", label: "Trace"},
        parts: {type: "strings", label: "Parts"},
      },
      ROWS,
      {about: "two rows"},
    ),
  ],
  needsLimit: "the reader of apache-arrow believes every count that a file claims",
  read: (bytes) => rowsFromArrow(bytes),
};
