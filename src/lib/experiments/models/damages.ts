import {SAMPLE_ELEMENTS} from "../../checkpoint/sample.js";
import {experiment} from "../../experiment/experiment.js";
import {ownFile} from "../formats/own-file.js";
import {inContainer} from "./plan/container.js";
import {
  cacheDamages,
  damageParams,
  givesDamages,
  measuringOf,
  plannedNames,
  tensorDamages,
  weightsOf,
  within,
} from "./plan/damages.js";
import {openPlanned} from "./plan/planned-model.js";

/** Parts that are measured in one run. */
const PARTS = ["tensors", "caches", "all"] as const;

/** Damages that a plan is made of, of some tensors or of the caches: so that they come, and wait, in pieces. */
export const damages = experiment({
  id: "models/damages",
  title: "Damages of formats and caches to a checkpoint of your own",
  question: "What does each format of each tensor, and each form of the cache, do alone?",
  source: "KL divergence to the model as it is; number formats and caches as their registries cite them",
  params: {
    ...damageParams,
    parts: {kind: "choice", label: "Parts", options: PARTS, default: "all"},
    tensors: {
      kind: "text",
      label: "Tensors",
      help: "Names, one a line; without any, all that a plan decides on.",
      maxLength: 1_000_000,
      default: "",
      advanced: true,
    },
    sampleElements: {...ownFile.params.sampleElements, default: SAMPLE_ELEMENTS},
  },
  columns: ownFile.columns,
  tables: {
    costs: {
      tensor: {type: "string", label: "Tensor"},
      format: {type: "string", label: "Format"},
      bytes: {type: "number", label: "Bytes", unit: "B", provenance: "measured"},
      damage: {type: "number", label: "KL divergence alone", unit: "nats", provenance: "measured"},
    },
    caches: {
      cache: {type: "string", label: "Cache"},
      bytes: {type: "number", label: "Bytes of one text", unit: "B", provenance: "modelled"},
      damage: {type: "number", label: "Damage alone", provenance: "row"},
    },
  },
  needs: [],
  sweep: [],
  async run(setting, {progress, memory}) {
    const {parts, tensors: named, sampleElements} = setting;
    const planned = await openPlanned(setting.model!, setting.context);
    const opened = inContainer(planned, setting.container, setting.formats);
    const found = await weightsOf(setting, memory, within(progress, 0, 0.05));
    const weights = found?.importance ?? null;
    const running = await measuringOf(setting, opened, {maxBytes: memory, weights});
    const names = named === "" ? plannedNames(opened) : named.split("\n");
    const none = {errors: [], costs: []};
    const wanted = {names, running, weights, sampleElements};
    const measured =
      parts === "caches" ? none : await tensorDamages(setting, opened, wanted, within(progress, 0.05, 0.9));
    const caches =
      parts === "tensors" ? [] : await cacheDamages(setting, opened, running, within(progress, 0.9, 1));
    return {
      rows: [...measured.errors],
      costs: measured.costs.map((cost) => ({...cost, provenance: "measured" as const})),
      caches: caches.map(({id: cache, bytes, damage}) => ({
        cache,
        bytes,
        damage,
        provenance: givesDamages(running) ? ("measured" as const) : ("modelled" as const),
      })),
    };
  },
});
