import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {
  asArray,
  asId,
  asObject,
  asString,
  growthLimit,
  type Makers,
  makeComponent,
  tokenizerProblem,
} from "./fields.js";

/** Puts special tokens around the ids of a text. */
export type PostProcessor = (ids: readonly number[]) => number[];

const POST_PROCESSORS: Makers<PostProcessor> = {
  // Trims offsets and leaves the ids alone.
  ByteLevel: () => (ids) => [...ids],
  BertProcessing: endToken,
  RobertaProcessing: endToken,
  TemplateProcessing(options, field) {
    const special = asObject(options.get("special_tokens"), `${field}.special_tokens`);
    const template = asArray(options.get("single"), `${field}.single`).map((part) =>
      templatePart(part, special, field),
    );
    const fixed = template.reduce((sum, part) => sum + (part?.length ?? 0), 0);
    growthLimit(`${field}.single`, 0)(fixed);
    const texts = template.filter((part) => part === null).length;
    return (ids) => {
      growthLimit(`${field}.single`, ids.length)(fixed + ids.length * texts);
      return template.flatMap((part) => part ?? ids);
    };
  },
  Sequence(options, field) {
    const parts = asArray(options.get("processors"), `${field}.processors`).map(parsePostProcessor);
    return (ids) =>
      parts.reduce(
        (processed, part) => {
          const made = part(processed);
          growthLimit(field, ids.length)(made.length);
          return made;
        },
        [...ids],
      );
  },
};

/** The `post_processor` of tokenizer.json; null adds nothing. */
export function parsePostProcessor(value: Json | undefined): PostProcessor {
  if (value === null || value === undefined) return (ids) => [...ids];
  return makeComponent(value, "post_processor", POST_PROCESSORS);
}

/** Puts `cls` before a text and `sep` after it. */
function endToken(options: JsonObject, field: string): PostProcessor {
  const idOf = (name: string) => asId(asArray(options.get(name), `${field}.${name}`)[1], `${field}.${name}`);
  const [first, last] = [idOf("cls"), idOf("sep")];
  return (ids) => [first, ...ids, last];
}

/** The ids of a special token, or null for the place of the text. */
function templatePart(part: Json, special: JsonObject, field: string): readonly number[] | null {
  const object = asObject(part, `${field}.single`);
  if (object.has("Sequence")) return null;
  const id = asString(asObject(object.get("SpecialToken"), `${field}.single`).get("id"), `${field}.single`);
  const token = special.get(id);
  if (token === undefined)
    throw tokenizerProblem("bad-value", `${field}.single`, id, "a token of special_tokens");
  return asArray(asObject(token, field).get("ids"), `${field}.special_tokens`).map((n) =>
    asId(n, `${field}.ids`),
  );
}
