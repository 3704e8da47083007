/** Formats that a plan chooses from unless others are asked for: ggml's common ones, which both kinds of files hold. */
export const PLANNED_FORMATS: readonly string[] = [
  "q2_K",
  "q3_K",
  "q4_K",
  "q5_K",
  "q6_K",
  "q4_0",
  "q8_0",
  "iq4_nl",
  "ggml_nvfp4",
];
