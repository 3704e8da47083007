import {LADDER, type LoadedCodec, type MeshCodec, type MeshSetting} from "./codecs/codec.js";
import {meshCodecs} from "./codecs/registry.js";
import type {ShapeFamily, Values} from "./grammar/family.js";
import type {Detail} from "./grammar/solids.js";
import {type Mesh, rawBytes} from "./mesh.js";
import {decodeText} from "./words/decode.js";
import {importanceOrder} from "./words/importance.js";
import {decodeOutline, encodeOutline, fittedTo, frontOutline} from "./words/outline.js";
import {textWithin} from "./words/text.js";

/** Bytes that a text may take, from all words to the name alone. */
export const TEXT_BUDGETS = [100, 44, 24, 8] as const;
/** Budgets at which what is not said is also drawn at random. */
const SAMPLED_BUDGETS = [24, 8] as const;
/** Pixels on each side of the outlines that are stored beside a whole text. */
const OUTLINES = [24, 48] as const;

/** Ways of storing an object, besides the codecs of meshes: their ids and labels. */
export const TEXT_CODECS = {
  text: "words, the rest at its mean",
  "text-sampled": "words, the rest drawn",
  "text-outline": "words and an outline",
} as const;

/** The object as it is: its own distance to itself is the floor of all measurements. */
export const ORIGINAL = "original";

/** An object in one of the ways of storing it. */
export interface Rate {
  /** Id of a codec of meshes, of {@link TEXT_CODECS}, or {@link ORIGINAL}. */
  readonly codec: string;
  readonly label: string;
  /** The setting of the codec, in words. */
  readonly kept: string;
  /** Bytes of the file. */
  readonly bytes: number;
  readonly mesh: Mesh;
  /** The stored text, where there is one. */
  readonly text?: string;
}

/** A codec with what it runs on. */
export type ReadyCodec = MeshCodec & {readonly loaded: LoadedCodec};

/** Loads codecs of meshes by their ids; all of them without any. */
export const loadCodecs = (ids: readonly string[] = meshCodecs.ids): Promise<readonly ReadyCodec[]> =>
  Promise.all(
    ids.map(async (id) => {
      const codec = meshCodecs.byId(id);
      return {...codec, loaded: await codec.load()};
    }),
  );

/** The setting of a codec in words: `10 bits, 30 % of the triangles`. */
export const settingText = ({bits, keep}: MeshSetting): string =>
  `${bits} bits, ${keep === 1 ? "all triangles" : `${Number((100 * keep).toPrecision(2))} % of the triangles`}`;

/** A mesh as it is, and as it comes back from codecs at every setting of their ladder. */
export function structuralRates(mesh: Mesh, codecs: readonly ReadyCodec[]): Rate[] {
  const original = {codec: ORIGINAL, label: "as it is", kept: "float32", bytes: rawBytes(mesh), mesh};
  const coded = codecs.flatMap(({id, label, loaded}) =>
    LADDER.map((setting): Rate => {
      const file = loaded.encode(mesh, setting);
      return {
        codec: id,
        label,
        kept: settingText(setting),
        bytes: file.length,
        mesh: loaded.decode(file),
      };
    }),
  );
  return [original, ...coded];
}

/** Content of a text: a kind of object, and values of all its attributes. */
export interface Described {
  readonly family: ShapeFamily;
  readonly values: Values;
}

/**
 * An object as it comes back from words: under each budget, with the rest at its mean or drawn, and with an outline.
 * @param mesh the object in its unit box, whose outline is stored
 * @param seed of what is drawn
 */
export function textRates({family, values}: Described, mesh: Mesh, detail: Detail, seed: number): Rate[] {
  const order = importanceOrder(family);
  const within = (budget: number) => textWithin(family, values, order, budget);
  const rate = (codec: keyof typeof TEXT_CODECS, rest: Omit<Rate, "codec" | "label">): Rate => ({
    codec,
    label: TEXT_CODECS[codec],
    ...rest,
  });
  const means = TEXT_BUDGETS.map((budget) => {
    const text = within(budget);
    return rate("text", {
      kept: limitText(budget),
      bytes: text.length,
      text,
      mesh: decodeText(text, detail),
    });
  });
  const sampled = SAMPLED_BUDGETS.map((budget) => {
    const text = within(budget);
    const drawn = decodeText(text, detail, seed);
    return rate("text-sampled", {kept: limitText(budget), bytes: text.length, text, mesh: drawn});
  });
  const [whole] = means;
  const outlined = OUTLINES.map((resolution) => {
    const outline = encodeOutline(frontOutline(mesh, resolution));
    return rate("text-outline", {
      kept: `all words, ${resolution} x ${resolution} pixels`,
      bytes: whole.bytes + outline.length,
      text: whole.text ?? "",
      mesh: fittedTo(whole.mesh, decodeOutline(outline)),
    });
  });
  return [...means, ...sampled, ...outlined];
}

const limitText = (budget: number): string => `at most ${budget} characters`;
