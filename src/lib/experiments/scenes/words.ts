import {experiment} from "../../experiment/experiment.js";
import {shapeFamilies} from "../../scenes/grammar/registry.js";
import {drawValues, meanValues, phraseOf} from "../../scenes/grammar/values.js";
import {COMPARING, qualityOf, referenceOf} from "../../scenes/quality.js";
import {built} from "../../scenes/words/decode.js";
import {importanceOf} from "../../scenes/words/importance.js";
import {asSaid} from "../../scenes/words/text.js";
import {mean} from "../../stats/moments.js";
import {randomStream} from "../../tensor/random.js";

/** Worth of each word of a text about an object of the grammar. */
export const words = experiment({
  id: "scenes/words",
  title: "The worth of each word",
  question: "Which words of a description say most of a shape?",
  source: "importance of attributes as in semantic compression, arXiv:2505.16679; the grammar is ours",
  params: {
    family: {kind: "choice", label: "Kind of object", options: shapeFamilies.ids, default: "chair"},
    objects: {
      kind: "integer",
      label: "Objects",
      min: 6,
      max: 200,
      log: true,
      default: 40,
      advanced: true,
    },
    points: {
      kind: "integer",
      label: "Points on a surface",
      min: 200,
      max: 10_000,
      log: true,
      default: 1000,
      advanced: true,
    },
  },
  columns: {
    family: {type: "string", label: "Kind of object"},
    place: {type: "integer", label: "Place by importance, 0 for the name alone"},
    attribute: {type: "string", label: "Attribute"},
    phrase: {type: "string", label: "Phrase, for example"},
    bytes: {type: "number", label: "Bytes of the phrase, mean", unit: "bytes", provenance: "measured"},
    increase: {
      type: "number",
      label: "Increase of the Chamfer distance without the phrase",
      unit: "of the largest edge",
      provenance: "measured",
      nullable: true,
    },
    increaseLow: {
      type: "number",
      label: "Lower end of the 95 % interval",
      provenance: "measured",
      nullable: true,
    },
    increaseHigh: {
      type: "number",
      label: "Upper end of the 95 % interval",
      provenance: "measured",
      nullable: true,
    },
    chamfer: {
      type: "number",
      label: "Chamfer distance of the text up to this phrase",
      unit: "of the largest edge",
      provenance: "measured",
    },
    objects: {type: "integer", label: "Objects"},
  },
  needs: [],
  sweep: shapeFamilies.ids.map((family) => ({family})),
  async run({family: id, objects, points}, {progress}) {
    const family = shapeFamilies.byId(id);
    const comparing = {...COMPARING, points, resolution: 1};
    const ranked = importanceOf(family, {objects, seed: 0, detail: 1, comparing});
    await progress(0.5, "text by text");
    const errors = ranked.map(() => [] as number[]);
    const nameAlone: number[] = [];
    for (let i = 0; i < objects; i++) {
      const values = drawValues(family, randomStream(0, `training ${family.id} ${i}`));
      const reference = referenceOf(built(family, values, 1), comparing);
      const said = asSaid(family, values);
      let text = meanValues(family);
      nameAlone.push(qualityOf(reference, built(family, text, 1)).chamfer);
      for (const [place, {name}] of ranked.entries()) {
        text = {...text, [name]: said[name]};
        errors[place].push(qualityOf(reference, built(family, text, 1)).chamfer);
      }
    }
    const first = {
      family: id,
      place: 0,
      attribute: "name",
      phrase: id,
      bytes: id.length,
      increase: null,
      increaseLow: null,
      increaseHigh: null,
      chamfer: mean(nameAlone),
      objects,
      provenance: "measured" as const,
    };
    const rest = ranked.map(({name, value, low, high, bytes}, place) => {
      const attribute = family.attributes.find((each) => each.name === name);
      return {
        family: id,
        place: place + 1,
        attribute: name,
        phrase: attribute === undefined ? name : phraseOf(attribute, meanValues(family)[name]),
        bytes,
        increase: value,
        increaseLow: low,
        increaseHigh: high,
        chamfer: mean(errors[place]),
        objects,
        provenance: "measured" as const,
      };
    });
    return [first, ...rest];
  },
});
