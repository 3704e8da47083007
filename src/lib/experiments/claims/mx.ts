import {mx, mxint4} from "../../formats/mx/mx.js";
import {formatById} from "../../formats/registry.js";
import {referenceSqnr, SQNR_DISTRIBUTIONS} from "../../reported/sqnr.js";
import {sample} from "../formats/sources.js";
import type {Claim, Evidence} from "./claim.js";
import {measureAll} from "./tensors.js";

/** Distance in dB that two samples of one distribution may have: ours are a quarter of the reference's in size. */
const spreadDb = (of: string) => (of.startsWith("outlier-columns") ? 0.8 : 0.15);

const references: Claim = {
  id: "reference-sqnr",
  paper: "reference implementations",
  place: "microxcaling; RaZeR's repository; direct formulas",
  statement: "Formats of the same name lose the same on the same distribution, whoever implements them.",
  reported: referenceSqnr.flatMap(({format, sqnrDb}) =>
    SQNR_DISTRIBUTIONS.map((distribution, i) => ({
      subject: `${distribution}, 1024 x 1024`,
      quantity: `signal to noise of ${format}`,
      value: sqnrDb[i],
      unit: "dB",
      provenance: "reported" as const,
    })),
  ),
  ours: () => {
    const samples = SQNR_DISTRIBUTIONS.map((distribution) => ({distribution, x: sample(distribution, 0)}));
    return referenceSqnr.flatMap(({format}) =>
      samples.map(({distribution, x}) => ({
        subject: `${distribution}, 256 x 1024`,
        quantity: `signal to noise of ${format}`,
        value: measureAll(formatById(format), [x]).sqnrDb,
        unit: "dB",
        provenance: "measured" as const,
      })),
    );
  },
  judge: (reported, ours) =>
    ours.every(({value}, i) => Math.abs(value! - reported[i].value!) <= spreadDb(ours[i].subject))
      ? "agrees"
      : "differs",
  why: "Other random draws and smaller tensors move a figure by up to 0.15 dB; which ten columns are outliers moves the last column by more.",
};

const blockRules = [
  {blockSize: 32, scaleRule: "floor"},
  {blockSize: 16, scaleRule: "floor"},
  {blockSize: 32, scaleRule: "rceil"},
  {blockSize: 16, scaleRule: "rceil"},
] as const;
const referenceOf: Readonly<Record<string, string>> = {
  "32 floor": "mxfp4",
  "16 floor": "mxfp4_b16",
  "32 rceil": "mxfp4_rceil",
  "16 rceil": "mxfp4_b16_rceil",
};

function blockEvidence(from: Evidence["provenance"], value: (rule: (typeof blockRules)[number]) => number) {
  return blockRules.map((rule) => ({
    subject: `normal, ${from === "measured" ? "256" : "1024"} x 1024`,
    quantity: `MXFP4, blocks of ${rule.blockSize}, rule ${rule.scaleRule}`,
    value: value(rule),
    unit: "dB",
    provenance: from,
  }));
}

const floorRule: Claim = {
  id: "mx-floor-rule",
  paper: "OCP MX 1.0 and its implementations",
  place: "scale rule of the specification",
  statement:
    "On normal data, smaller MXFP4 blocks do not help under the rule of the specification, and do under one that never clips.",
  reported: blockEvidence(
    "reported",
    ({blockSize, scaleRule}) =>
      referenceSqnr.find(({format}) => format === referenceOf[`${blockSize} ${scaleRule}`])!.sqnrDb[0],
  ),
  ours: () => {
    const x = sample("normal", 0);
    return blockEvidence("measured", (rule) => measureAll(mx(rule), [x]).sqnrDb);
  },
  judge: (_reported, [floor32, floor16, rceil32, rceil16]) =>
    floor16.value! < floor32.value! && rceil16.value! > rceil32.value! ? "agrees" : "differs",
  why: "The floor rule clips what lies above 6 in the scaled block; a block of 16 has its largest value there as often as one of 32, and fewer others to gain.",
};

const mxint4Traffic: Claim = {
  id: "mxint4-traffic",
  paper: "arXiv:2507.09010",
  place: "abstract",
  statement: "Weights in MXINT4 cut the traffic to external memory of an edge accelerator.",
  reported: [
    {
      subject: "1.3B model",
      quantity: "no ratio of traffic is given",
      value: null,
      unit: "",
      provenance: "reported",
    },
  ],
  ours: () => [
    {
      subject: "weight bytes, 16 bits over the measured size of mxint4",
      quantity: "less weight traffic than FP16",
      value: 16 / measureAll(mxint4, [sample("normal", 0)]).bitsPerElement,
      unit: "x",
      provenance: "modelled",
    },
  ],
  judge: (_reported, [ratio]) => (ratio.value! > 1 ? "same direction" : "differs"),
  why: "The abstract names throughput per area, not traffic; block size and scale bits of the chip are not public, so ours takes the blocks of 32 of the standard.",
};

/** Claims about block formats, and the reference implementations' own numbers. */
export const mxClaims: readonly Claim[] = [references, floorRule, mxint4Traffic];
