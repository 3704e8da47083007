import {FileAttachment} from "observablehq:stdlib";
import type {RegistryName, TechniqueFacts} from "../../lib/technique/facts.js";

/** The techniques of all registries, as the build wrote them down: a page loads their facts and none of their code. */
export const techniques = (await FileAttachment(
  "../../data/techniques.json",
).json()) as readonly TechniqueFacts[];

/** The facts of one technique; none if its registry lacks the id. */
export const techniqueFacts = (registry: RegistryName, id: string): TechniqueFacts | undefined =>
  techniques.find((facts) => facts.registry === registry && facts.id === id);
