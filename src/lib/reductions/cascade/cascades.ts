import type {Family} from "../../technique/families.js";
import {registry} from "../../technique/registry.js";

/** A published way to compute attention as a cascade of Einsums. */
export interface CascadeRecord {
  readonly id: string;
  readonly label: string;
  readonly family: Family;
  /** Paper and section. */
  readonly source: string;
  /** Its lines, as `parseCascade` reads them. */
  readonly text: string;
}

const FUSEMAX = "FuseMax, arXiv:2406.10491";

/** The largest of all scores first, then the exponentials and their sum, then the products with the values. */
export const threePass: CascadeRecord = {
  id: "three-pass",
  label: "three passes",
  family: "baseline",
  source: `${FUSEMAX}, section 4; FLAT, arXiv:2107.06419`,
  text: `QK[t,n] = sum(e) Q[e] * K[t,n,e]
GM[] = max(t,n) QK[t,n]
SN[t,n] = exp(QK[t,n] - GM[])
SD[] = sum(t,n) SN[t,n]
A[t,n] = SN[t,n] / SD[]
AV[f] = sum(t,n) A[t,n] * V[t,n,f]`,
};

/** Exponentials by the largest score of each tile, corrected to the largest of all in a second pass. */
export const twoPass: CascadeRecord = {
  id: "two-pass",
  label: "two passes",
  family: "baseline",
  source: `${FUSEMAX}, section 4`,
  text: `QK[t,n] = sum(e) Q[e] * K[t,n,e]
LM[t] = max(n) QK[t,n]
SLN[t,n] = exp(QK[t,n] - LM[t])
SLD[t] = sum(n) SLN[t,n]
GM[] = max(t) LM[t]
PLM[t] = exp(LM[t] - GM[])
SPD[t] = PLM[t] * SLD[t]
SD[] = sum(t) SPD[t]
CF[t] = PLM[t] / SD[]
A[t,n] = SLN[t,n] * CF[t]
AV[f] = sum(t,n) A[t,n] * V[t,n,f]`,
};

/** A running largest score, sum and output, corrected tile by tile: all keys are met once, and one number a channel is divided. */
export const onePass: CascadeRecord = {
  id: "fusemax",
  label: "FuseMax, one pass",
  family: "machine",
  source: `${FUSEMAX}, section 4`,
  text: `QK[t,n] = sum(e) Q[e] * K[t,n,e]
LM[t] = max(n) QK[t,n]
RM[t] = max(RM[t-1], LM[t])
SLN[t,n] = exp(QK[t,n] - RM[t])
SLD[t] = sum(n) SLN[t,n]
SLNV[t,f] = sum(n) SLN[t,n] * V[t,n,f]
PRM[t] = exp(RM[t-1] - RM[t])
SPD[t] = PRM[t] * RD[t-1]
RD[t] = SPD[t] + SLD[t]
SPNV[t,f] = PRM[t] * RNV[t-1,f]
RNV[t,f] = SPNV[t,f] + SLNV[t,f]
AV[f] = RNV[last,f] / RD[last]`,
};

/** Cascades of attention, by how often they go through the keys. */
export const cascades = registry("cascades", [threePass, twoPass, onePass]);
