/** The style sheet of a report that stands alone: fonts of the reader's machine, both colour schemes, paper. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --paper: #fdfcf9; --panel: #f4f2ec; --ink: #1c1f24; --ink-soft: #4c525b; --line: #d9d5cb; --line-strong: #8b8778; --accent: #0b6376; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171b; --panel: #1e2127; --ink: #e8e6e1; --ink-soft: #b3b1aa; --line: #343840; --line-strong: #7d818a; --accent: #6cc5d6; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 Charter, "Iowan Old Style", Cambria, Georgia, serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1, h2, table, figcaption, .question, .legend, .help, .kinds, summary { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 0.25rem; font-size: 1.2rem; }
.finding { font-size: 1.1rem; }
.kinds { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; list-style: none; font-size: 0.85rem; color: var(--ink-soft); }
.kind { display: inline-block; padding: 0 0.4em; border: 1px solid var(--line-strong); border-radius: 3px; font: 600 0.75rem/1.5 system-ui, sans-serif; color: var(--ink-soft); }
.kind-modelled { border-style: dashed; }
.kind-reported { border-style: dotted; }
.table-scroll { max-width: 100%; margin: 1rem 0; overflow-x: auto; background: linear-gradient(to left, var(--paper), var(--paper)) right / 2rem 100% no-repeat local, linear-gradient(to left, var(--line-strong), transparent) right / 0.75rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-size: 0.82rem; }
th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--ink-soft); }
td:first-child { min-width: 7rem; max-width: 24rem; overflow-wrap: anywhere; }
td.in-words { min-width: 14rem; }
th { vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0; }
.question { margin: 0 0 0.5rem; font-weight: 600; }
svg { font: 12px system-ui, sans-serif; }
.report-chart > svg { display: block; width: 100%; max-width: 47.5rem; height: auto; }
.report-chart.narrow { display: none; }
@media (max-width: 40rem) { .report-chart.wide { display: none; } .report-chart.narrow { display: block; } }
figcaption, .help { font-size: 0.85rem; color: var(--ink-soft); }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; padding: 0; list-style: none; font-size: 0.82rem; }
.legend li { display: inline-flex; align-items: center; gap: 0.35rem; }
.tick line { stroke: var(--line); }
.tick text, .axis, .corner { fill: var(--ink-soft); }
.label { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.leader { stroke: var(--ink-soft); stroke-width: 0.75; }
.inset :is(path, rect) { stroke: var(--line-strong); stroke-width: 0.75; fill: none; }
.inset .ground { fill: var(--paper); }
.join { fill: none; stroke-width: 1.5; }
.mark { stroke: var(--colour); stroke-width: 2; fill: none; }
.mark-measured { fill: var(--colour); }
.whisker { fill: none; stroke-width: 1.25; pointer-events: none; }
.label, .leader, .join { pointer-events: none; }
.tip, .tip-hint { fill: var(--ink-soft); }
.tip { visibility: hidden; fill: var(--ink); }
.mark:is(:hover, :focus) + .tip { visibility: visible; }
.svg-chart:has(.mark:is(:hover, :focus)) .tip-hint, .svg-chart:has(.mark:hover) .mark:not(:hover) + .tip { visibility: hidden; }
@media print { .tip-hint { display: none; } }
pre { padding: 0.75rem; background: var(--panel); overflow-x: auto; font-size: 0.85rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--ink-soft); font-size: 0.85rem; }
@media print { .table-scroll { overflow: visible; } details { display: block; } }
`;
