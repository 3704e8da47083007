/**
 * Signal to quantization noise that reference implementations give on tensors of 1024 x 1024, in dB: microxcaling
 * with ties to even, the RaZeR repository's quantizers, and direct formulas for the integer and group formats.
 */

/** The distributions of the columns: standard normal, Student's t with 5 degrees of freedom, Laplace, and normal
 * with 10 columns scaled by 20. */
export const SQNR_DISTRIBUTIONS = ["normal", "student-t5", "laplace", "outlier-columns"] as const;

/** A format by our id, and its dB for each of {@link SQNR_DISTRIBUTIONS}. */
export interface ReferenceSqnr {
  readonly format: string;
  readonly sqnrDb: readonly [number, number, number, number];
}

/** Two seeds differ by at most 0.05 dB, with outlier columns by up to 0.26 dB. */
export const referenceSqnr: readonly ReferenceSqnr[] = [
  {format: "mxfp4", sqnrDb: [18.79, 17.98, 17.96, 15.44]},
  {format: "mxfp4_b16", sqnrDb: [18.58, 18.12, 18.07, 16.53]},
  {format: "mxfp4_rceil", sqnrDb: [18.76, 17.54, 17.58, 15.26]},
  {format: "mxfp4_b16_rceil", sqnrDb: [18.95, 18.25, 18.19, 16.81]},
  {format: "mxint4", sqnrDb: [17.57, 15.94, 15.99, 14.75]},
  {format: "int4", sqnrDb: [18.62, 15.28, 15.93, 11.0]},
  {format: "int4_asym", sqnrDb: [19.96, 17.51, 17.7, 13.81]},
  {format: "fp4", sqnrDb: [19.27, 18.18, 18.36, 13.61]},
  {format: "razer_v1", sqnrDb: [20.19, 19.39, 19.46, 15.51]},
  {format: "nf4", sqnrDb: [20.73, 19.62, 19.69, 15.98]},
  {format: "nf4_g16", sqnrDb: [21.84, 21.81, 21.75, 21.38]},
  {format: "nvfp4", sqnrDb: [20.42, 20.69, 20.66, 20.9]},
  {format: "four_over_six", sqnrDb: [21.2, 21.24, 21.19, 21.12]},
  {format: "razer_act", sqnrDb: [22.06, 21.84, 21.86, 21.26]},
  {format: "razer_o7", sqnrDb: [22.66, 22.66, 22.68, 22.24]},
  {format: "razer", sqnrDb: [22.46, 22.59, 22.6, 22.8]},
  {format: "mxfp6_e2m3", sqnrDb: [30.95, 30.33, 30.27, 27.43]},
  {format: "mxfp6_e3m2", sqnrDb: [25.35, 25.22, 25.23, 24.72]},
  {format: "mxfp8_e4m3", sqnrDb: [30.65, 30.03, 30.02, 28.35]},
  {format: "mxfp8_e5m2", sqnrDb: [25.35, 25.22, 25.23, 24.72]},
  {format: "mxint8", sqnrDb: [41.68, 40.04, 39.98, 35.47]},
];
