import type {Row, TableRows} from "../../lib/experiment/columns.js";
import type {ownFile} from "../../lib/experiments/formats/own-file.js";
import type {inventory} from "../../lib/experiments/models/inventory.js";
import type {plan} from "../../lib/experiments/models/plan.js";
import type {Family} from "../../lib/technique/families.js";

/** Rows of all tables of an inventory. */
export type InventoryTables = TableRows<(typeof inventory)["columns"], (typeof inventory)["tables"]>;
/** Rows of all tables of a plan. */
export type PlanTables = TableRows<(typeof plan)["columns"], (typeof plan)["tables"]>;
/** One tensor in one format. */
export type ErrorRow = Row<(typeof ownFile)["columns"]>;

/** Everything that a report shows; parts that are not there yet, or could not be made, are null. */
export interface ReportData {
  /** Name of the file or folder. */
  readonly name: string;
  readonly inventory: InventoryTables;
  readonly errors: readonly ErrorRow[];
  readonly plan: PlanTables | null;
  /** The reason why there is no plan. */
  readonly whyNoPlan: string | null;
  /** The reason why the model is not run, where that is known before there is a plan. */
  readonly whyNotRun?: string | null;
  /** Family of a format, for its colour. */
  readonly familyOf: (format: string) => Family;
}
