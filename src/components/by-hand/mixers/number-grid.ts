/** Rows as a grid: a line for each of some things, a column for each of others. */
export interface GridSpec<R> {
  readonly line: (row: R) => string;
  readonly column: (row: R) => string;
  readonly cell: (row: R) => string;
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Names of the columns, and each line with its name first; a cell without a row is empty. */
export function numberGrid<R>(
  rows: readonly R[],
  {line, column, cell}: GridSpec<R>,
): {readonly columns: readonly string[]; readonly body: readonly (readonly string[])[]} {
  const columns = distinct(rows.map(column));
  const body = distinct(rows.map(line)).map((name) => [
    name,
    ...columns.map((at) => {
      const row = rows.find((each) => line(each) === name && column(each) === at);
      return row === undefined ? "" : cell(row);
    }),
  ]);
  return {columns, body};
}
