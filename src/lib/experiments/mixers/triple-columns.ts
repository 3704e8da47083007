/** Columns of how many numbers of a list a head decides rightly. */
export const tripleColumns = {
  right: {type: "number", label: "Share of numbers decided rightly", provenance: "measured"},
  rightLow: {
    type: "number",
    label: "Decided rightly, lower end of 95 %",
    provenance: "measured",
    nullable: true,
  },
  rightHigh: {
    type: "number",
    label: "Decided rightly, upper end of 95 %",
    provenance: "measured",
    nullable: true,
  },
  lists: {type: "integer", label: "Lists of numbers, which the intervals count"},
} as const;
