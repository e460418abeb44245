/**
 * Styles of every view, scoped to `.model-events`. The layout depends on the container's width, because a widget does not
 * know the window's.
 */
export const style = `
.model-events {
  --text: #16191f; --quiet: #545b64; --back: #ffffff; --raised: #f4f5f7; --line: #d5dbdb; --link: #0058b0;
  --pass: #1a6e1f; --warn: #7a4b00; --fail: #b3150a; --pass-back: #e9f5e9; --warn-back: #fff3d6; --fail-back: #fdeceb;
  --primary: #0058b0; --on-primary: #ffffff; --mark: #ffe08a; --on-mark: #16191f;
  container-type: inline-size; color-scheme: light; color: var(--text); background: var(--back);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
.model-events.dark { --text: #e3e6ea; --quiet: #a5adb8; --back: #151a21; --raised: #1e252e; --line: #38424e; --link: #7cb8ff;
  --pass: #7fd085; --warn: #f5c15d; --fail: #ff9a8f; --pass-back: #17301a; --warn-back: #3a2c0b; --fail-back: #421a17;
  --primary: #2f7fd6; --on-primary: #ffffff; --mark: #6d5600; --on-mark: #ffffff; color-scheme: dark; }
@media (prefers-color-scheme: dark) {
  .model-events.auto { --text: #e3e6ea; --quiet: #a5adb8; --back: #151a21; --raised: #1e252e; --line: #38424e; --link: #7cb8ff;
    --pass: #7fd085; --warn: #f5c15d; --fail: #ff9a8f; --pass-back: #17301a; --warn-back: #3a2c0b; --fail-back: #421a17;
    --primary: #1f66b5; --on-primary: #ffffff; --mark: #6d5600; --on-mark: #ffffff; color-scheme: dark; }
}
.model-events *, .model-events *::before { box-sizing: border-box; }
.model-events h2 { font-size: 17px; line-height: 1.4; margin: 0 0 10px; font-weight: 600; overflow-wrap: anywhere; }
.model-events h3 { font-size: 14px; margin: 18px 0 2px; font-weight: 600; }
.model-events p { margin: 6px 0; overflow-wrap: anywhere; }
.model-events section { margin: 0 0 26px; }
.model-events code, .model-events pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12.5px; }
.model-events .quiet, .model-events .none { color: var(--quiet); font-size: 12.5px; }
.model-events .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.model-events nav.top { padding: 0 0 10px; }
.model-events table { width: 100%; border-collapse: collapse; margin: 8px 0; font-variant-numeric: tabular-nums; background: none; }
.model-events th, .model-events td { text-align: start; vertical-align: top; padding: 6px 12px 6px 0; border: 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; unicode-bidi: isolate; font-weight: 400; color: inherit; background: none; }
.model-events thead th { font-size: 12.5px; color: var(--quiet); font-weight: 600; vertical-align: bottom; overflow-wrap: normal; }
.model-events td:last-child, .model-events thead th:last-child { padding-inline-end: 0; }
.model-events time, .model-events .whole { white-space: nowrap; }
.model-events .id { display: inline-block; min-width: 8em; }
.model-events tbody th { min-width: 210px; }
.model-events th code { color: var(--quiet); }
.model-events dl { margin: 8px 0; display: grid; gap: 4px; }
.model-events dl > div { display: grid; grid-template-columns: 130px minmax(0, 1fr); gap: 12px; }
.model-events dt { color: var(--quiet); } .model-events dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
.model-events pre { margin: 8px 0; padding: 12px; max-height: 60vh; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  background: var(--raised); color: inherit; border: 1px solid var(--line); border-radius: 4px; unicode-bidi: plaintext; tab-size: 4; }
.model-events mark { background: var(--mark); color: var(--on-mark); border-radius: 2px; padding: 0 2px; }
.model-events ul { margin: 8px 0; padding: 0 0 0 20px; } .model-events li { margin: 3px 0; }
.model-events .findings { list-style: none; padding: 0; }
.model-events .findings li { padding: 8px 12px; margin: 6px 0; background: var(--raised); border: 1px solid var(--line); border-radius: 4px; }
.model-events .findings p { margin: 4px 0 0; }
.model-events .timeline { list-style: none; margin: 4px 0 14px; padding: 0; }
.model-events .timeline li { margin: 0; padding: 2px 0 8px 18px; border-inline-start: 2px solid var(--line); position: relative; overflow-wrap: anywhere; }
.model-events .timeline li::before { content: ""; position: absolute; inset-inline-start: -6px; top: 7px; width: 10px; height: 10px; border-radius: 50%;
  background: var(--back); border: 2px solid var(--quiet); }
.model-events .timeline li:last-child { border-color: transparent; }
.model-events .timeline li:last-child::before { background: var(--link); border-color: var(--link); }
.model-events .graphs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 16px 28px; }
.model-events figure { margin: 0; min-width: 0; } .model-events figcaption { margin-bottom: 4px; overflow-wrap: anywhere; }
.model-events .graph { display: grid; grid-template-columns: minmax(2.5em, auto) minmax(0, 1fr); grid-template-rows: 1fr auto; gap: 0 8px; text-align: end; }
.model-events .graph svg { grid-column: 2; grid-row: 1 / 3; width: 100%; height: 90px; display: block; background: var(--raised); border: 1px solid var(--line); }
.model-events polyline { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
.model-events polyline.waiting { stroke: var(--link); } .model-events polyline.held { stroke: var(--quiet); stroke-dasharray: 4 3; } .model-events polyline.dead { stroke: var(--fail); }
.model-events .swatch { display: inline-block; width: 14px; border-top: 2px solid; vertical-align: middle; }
.model-events .swatch.waiting { border-color: var(--link); } .model-events .swatch.held { border-color: var(--quiet); border-top-style: dashed; } .model-events .swatch.dead { border-color: var(--fail); }
.model-events .ends { display: flex; justify-content: space-between; padding-inline-start: calc(2.5em + 8px); }
.model-events .status { display: inline-block; font-size: 11.5px; font-weight: 700; letter-spacing: .04em; padding: 1px 7px; border-radius: 3px;
  border: 1px solid currentcolor; vertical-align: 1px; }
.model-events .pass { color: var(--pass); background: var(--pass-back); }
.model-events .warn { color: var(--warn); background: var(--warn-back); }
.model-events .fail { color: var(--fail); background: var(--fail-back); }
.model-events .error, .model-events .question { border: 1px solid var(--line); border-inline-start: 4px solid var(--warn); border-radius: 4px;
  padding: 12px 16px; margin: 8px 0; background: var(--raised); }
.model-events .error { border-inline-start-color: var(--fail); }
.model-events .row, .model-events .actions, .model-events .paging, .model-events div.fields { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.model-events .actions { margin: 12px 0; gap: 8px 28px; } .model-events .paging { margin: 10px 0; }
.model-events form { margin: 0; }
.model-events div.fields { align-items: end; margin: 8px 0; gap: 8px 12px; }
.model-events form.inline { display: inline; }
.model-events label { display: grid; gap: 3px; font-size: 12.5px; color: var(--quiet); max-width: 100%; }
.model-events input:not([type=checkbox]), .model-events select { font: inherit; font-size: 14px; color: var(--text); background: var(--back); border: 1px solid var(--quiet);
  border-radius: 4px; padding: 4px 8px; min-height: 32px; max-width: 100%; min-width: 0; height: auto; margin: 0; }
.model-events input[type=checkbox] { width: 18px; height: 18px; margin: 2px 0; vertical-align: middle; }
.model-events a { color: var(--link); }
.model-events .btn { display: inline-flex; align-items: center; font: inherit; font-size: 13.5px; line-height: 1.3; min-height: 32px; padding: 4px 12px; cursor: pointer;
  color: var(--link); background: var(--back); border: 1px solid var(--link); border-radius: 4px; text-decoration: none; text-align: start; text-transform: none; white-space: nowrap; }
.model-events td .btn { min-height: 28px; padding: 2px 10px; }
.model-events .btn.plain { display: inline; min-height: 0; padding: 0; border: 0; background: none; text-decoration: underline; overflow-wrap: anywhere; white-space: normal; }
.model-events .btn.primary { background: var(--primary); border-color: var(--primary); color: var(--on-primary); }
.model-events .btn.danger { color: var(--fail); border-color: var(--fail); }
.model-events .btn:hover { filter: brightness(.94); } .model-events.dark .btn:hover, .model-events.auto .btn:hover { text-decoration: underline; }
.model-events :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.model-events progress { width: min(360px, 100%); height: 14px; vertical-align: middle; accent-color: var(--primary); }
@container (max-width: 700px) {
  .model-events table, .model-events tbody, .model-events tr { display: block; }
  .model-events thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .model-events tr { border: 1px solid var(--line); border-radius: 4px; padding: 8px 12px; margin: 8px 0; }
  .model-events tbody th, .model-events td { display: block; border: 0; padding: 3px 0; }
  .model-events tbody th[data-label]:not([data-label=""]), .model-events td[data-label]:not([data-label=""]) {
    display: grid; grid-template-columns: 96px minmax(0, 1fr); gap: 10px; }
  .model-events [data-label]:not([data-label=""])::before { content: attr(data-label); color: var(--quiet); font-size: 12.5px; }
  .model-events .letters tr { display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; gap: 0 10px; align-items: center; padding: 4px 10px; }
  .model-events .letters.letters tr > [data-label] { display: block; padding: 2px 0; } .model-events .letters [data-label]::before { content: none; }
  .model-events .letters :is(th, td) > div { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .model-events .letters td:nth-child(1) { grid-row: 1; } .model-events .letters tbody th { grid-area: 1 / 2; min-width: 0; }
  .model-events .letters.letters tr > td:nth-child(3), .model-events .letters time, .model-events .letters .aside { display: none; }
  .model-events .letters td:nth-child(4) { grid-area: 2 / 1 / 3 / 3; } .model-events .letters td:nth-child(5) { grid-area: 1 / 3; text-align: end; }
  .model-events .letters td:nth-child(6) { grid-area: 2 / 3; }
  .model-events dl > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .model-events div.fields { align-items: stretch; flex-direction: column; }
  .model-events div.fields .btn { align-self: start; }
}
`;
