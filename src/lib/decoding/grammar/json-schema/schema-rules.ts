import type {Expression} from "../language/expression.js";
import type {Keywords, Path} from "./keywords.js";

/** Rules that the parts of a schema share while it becomes a grammar. */
export interface SchemaRules {
  /** The values of a schema as a rule of its own, named by its path. */
  value(schema: unknown, path: Path): Expression;
  /** A rule, made at the first call of its name. */
  rule(name: string, body: () => Expression): Expression;
  /** A schema without references and allOf at its top. */
  flat(schema: unknown, path: Path): Keywords;
  /** Blanks between the parts of a text. */
  readonly blanks: Expression;
}
