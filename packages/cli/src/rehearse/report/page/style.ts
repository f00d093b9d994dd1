/**
 * The whole look of the report. Colours of versions and of evidence are those of Okabe and Ito, which most people with a
 * colour vision deficiency can tell apart (jfly.uni-koeln.de/color); each is said in words as well.
 */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f8fa; --card: #fff; --ink: #16202a; --soft: #55636f; --rule: #d8dfe5; --grid: #e6ebef;
  --ok: #10704a; --ok-field: #dff3e9; --bad: #ad2b10; --bad-field: #fbe6e0; --neutral-field: #e8edf1;
  --first: #9aa7b2; --good: #2b8ac6; --bad-version: #d9622b; --killed: #b8679b;
  --against: #c1440e; --promotion: #0b6fae;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e141a; --card: #161e26; --ink: #e6edf3; --soft: #9fb0be; --rule: #2b3742; --grid: #232e38;
    --ok: #6fd9a6; --ok-field: #12352a; --bad: #ff9a7d; --bad-field: #43211a; --neutral-field: #26323d;
    --first: #6b7883; --good: #3d94cf; --bad-version: #e0713c; --killed: #c27bab;
    --against: #ff9165; --promotion: #6cbcf0;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 -apple-system, "Segoe UI", Roboto, Ubuntu, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { margin: 4px 0 12px; max-width: 36em; font-size: clamp(1.5rem, 3vw, 1.9rem); line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; }
h2 { margin: 0 0 4px; font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 0 0 6px; font-size: 0.95rem; }
p { margin: 0 0 12px; }
ul, ol { margin: 0; padding-left: 1.3em; }
li + li { margin-top: 4px; }
code { font: 0.875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
section { margin-top: 20px; padding: 24px; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; overflow-wrap: anywhere; }
section h3 { margin-top: 20px; }
.columns h3 { margin-top: 0; }
.kicker { margin: 0; color: var(--soft); font-size: 0.875rem; }
.lead, .when, figcaption { color: var(--soft); }
.when { font-size: 0.9rem; }
.faults { margin-bottom: 12px; color: var(--bad); font-weight: 600; }

.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 20px 0 0; }
.tile { display: flex; flex-direction: column; padding: 14px 16px; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; }
.tile dt { order: 1; font-weight: 600; font-size: 0.9rem; }
.tile dd { order: 2; margin: 0; color: var(--soft); font-size: 0.825rem; }
.tile .value { order: 0; color: var(--ink); font-size: 1.9rem; font-weight: 700; line-height: 1.15; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }

.badge { display: inline-block; padding: 1px 9px; border-radius: 999px; font-size: 0.825rem; font-weight: 600; white-space: nowrap; }
.badge.ok { color: var(--ok); background: var(--ok-field); }
.badge.not-ok { color: var(--bad); background: var(--bad-field); }
.badge.neutral { color: var(--ink); background: var(--neutral-field); }

figure { margin: 16px 0 0; }
figcaption { margin-top: 8px; font-size: 0.825rem; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; padding: 0; list-style: none; font-size: 0.875rem; }
.legend li { margin: 0; }
.swatch { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em; border-radius: 3px; }
.key { display: inline-block; width: 20px; margin-right: 0.5em; border-top: 3px solid; vertical-align: middle; }
.key.against { color: var(--against); }
.key.promotion { color: var(--promotion); }
.swatch.first { background: var(--first); } .swatch.good { background: var(--good); }
.swatch.bad { background: var(--bad-version); } .swatch.killed { background: var(--killed); }

.chart { padding: 12px 14px 28px 58px; }
.chart.top { padding-top: 36px; }
.chart.evidence { padding: 20px 14px 0 76px; }
.chart.weight { padding: 28px 14px 28px 76px; }
.plot { display: block; overflow: visible; }
.field { overflow: visible; }
.grid { stroke: var(--grid); }
.plot text { fill: var(--soft); font-size: 12px; }
.plot text.band { fill: var(--ink); font-weight: 600; }
.plot text.event { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.begin { stroke: var(--soft); }
line.event { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 3 3; }
.area { shape-rendering: crispEdges; }
.area.first { fill: var(--first); } .area.good { fill: var(--good); } .area.bad { fill: var(--bad-version); } .area.killed { fill: var(--killed); }
.weight .area { fill-opacity: 0.35; }
.line, .needed { fill: none; vector-effect: non-scaling-stroke; }
.line { stroke-width: 2.25; stroke-linejoin: round; }
.line.against { stroke: var(--against); } .line.promotion { stroke: var(--promotion); }
.line.first { stroke: var(--first); } .line.good { stroke: var(--good); } .line.bad { stroke: var(--bad-version); } .line.killed { stroke: var(--killed); }
path.needed { stroke-width: 1.5; stroke-dasharray: 6 4; }
path.needed.against { stroke: var(--against); } path.needed.promotion { stroke: var(--promotion); }
circle.against { fill: var(--against); } circle.promotion { fill: var(--promotion); }
.plot text.needed { font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.plot text.needed.against { fill: var(--against); } .plot text.needed.promotion { fill: var(--promotion); }

.columns { display: grid; grid-template-columns: 3fr 2fr; gap: 24px; margin-top: 20px; font-size: 0.925rem; }
.facts { margin: 0; }
.facts dt { color: var(--soft); font-size: 0.825rem; }
.facts dd { margin: 0 0 8px; }
details { margin-top: 16px; }
summary { cursor: pointer; font-weight: 600; font-size: 0.925rem; }
summary:hover { color: var(--promotion); }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--promotion); outline-offset: 2px; border-radius: 4px; }
.scroll { margin-top: 10px; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; overflow-wrap: normal; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
.number { text-align: right; padding-right: 20px; white-space: nowrap; }
.verdict.pass { color: var(--promotion); font-weight: 600; } .verdict.fail { color: var(--against); font-weight: 600; }

@media (max-width: 640px) {
  main { padding: 24px 12px 40px; }
  section { padding: 16px 14px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; }
  .tile { padding: 12px; }
  .tile .value { font-size: 1.5rem; }
  .columns { grid-template-columns: 1fr; }
  .wide { display: none; }
  .chart { padding-right: 4px; padding-left: 44px; }
  .chart.evidence, .chart.weight { padding-right: 4px; padding-left: 66px; }
  th, td { padding-right: 10px; }
  .number { padding-right: 10px; }
  td code { white-space: nowrap; }
}
@media print {
  body { background: none; }
  section, .tile { break-inside: avoid; }
}
`
