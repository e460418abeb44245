/** The dashboard's definition as a page: each widget in its place, with what the log has measured. */
import { markup, type Content, type Html, trusted } from '../../console/html';
import { type DashboardData, periodsOf, type Series, statisticOf } from './dashboard-data';

export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly view?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
    readonly yAxis?: { readonly left?: { readonly label?: string; readonly min?: number; readonly max?: number } };
    readonly annotations?: { readonly horizontal?: readonly { readonly value: number; readonly label: string }[] };
  };
}

/** The last element of a metric in a definition. */
interface MetricOptions {
  readonly label?: string;
  readonly stat?: string;
  readonly id?: string;
  readonly visible?: boolean;
  readonly expression?: string;
}

/** A line of a graph. */
interface Line {
  readonly label: string;
  readonly stat: string;
  readonly series: Series | undefined;
}

/** Of a unit of CloudWatch's grid, px. */
const [unitWidth, unitHeight] = [50, 38];
const colours = ['#1f77b4', '#d95f02', '#2ca02c', '#b3150a', '#7a5195', '#8c564b', '#007a87', '#5b5b5b'];
/** A load of some minutes has too few periods of a minute for a line. */
export const periodMs = 10_000;

const style = `
body { margin: 0; background: #fff; font: 12px/1.35 system-ui, sans-serif; color: #16191f; }
.board { position: relative; } .widget { position: absolute; box-sizing: border-box; padding: 4px; }
.inside { box-sizing: border-box; height: 100%; overflow: hidden; border: 1px solid #d5dbdb; border-radius: 4px; padding: 8px 10px; display: flex; flex-direction: column; }
h1 { font-size: 18px; margin: 0; } h2 { font-size: 13px; margin: 0 0 4px; } p { margin: 4px 0; } .quiet { color: #545b64; }
svg { flex: 1; min-height: 0; width: 100%; background: #fafafa; border: 1px solid #e3e6e8; box-sizing: border-box; } polyline { fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.legend { display: flex; flex-wrap: wrap; gap: 0 12px; font-size: 11px; } .swatch { display: inline-block; width: 12px; border-top: 3px solid; vertical-align: middle; }
.numbers { display: flex; flex-wrap: wrap; gap: 6px 18px; } .numbers b { display: block; font-size: 20px; }
.alarms { display: flex; flex-wrap: wrap; gap: 3px; } .alarms span { border: 1px solid #d5dbdb; color: #545b64; border-radius: 3px; padding: 0 4px; font-size: 9px; }
pre { margin: 0; font-size: 11px; white-space: pre-wrap; }
`;

/** @param console a picture of the console, as a data URL */
export function dashboardHtml(widgets: readonly Widget[], data: DashboardData, console: string, note: string): Html {
  const height = Math.max(...widgets.map((widget) => widget.y + widget.height)) * unitHeight;
  return markup`<!doctype html>
    <meta charset="utf-8" />
    <style>
      ${trusted(style)}
    </style>
    ${trusted(`<style>.board { width: ${24 * unitWidth}px; height: ${height}px; }</style>`)}
    <p class="quiet" style="padding: 0 8px">${note}</p>
    <div class="board">
      ${widgets.map((widget) => {
        const { x, y, width, height: rows } = widget;
        const place = `left: ${x * unitWidth}px; top: ${y * unitHeight}px; width: ${width * unitWidth}px; height: ${rows * unitHeight}px`;
        return markup`<div class="widget" style="${place}"><div class="inside">${contentOf(widget, data, console)}</div></div>`;
      })}
    </div>`;
}

function contentOf({ type, properties }: Widget, data: DashboardData, console: string): Content {
  const title = properties.title !== undefined && markup`<h2>${properties.title}</h2>`;
  if (type === 'text') return markdown(properties.markdown ?? '');
  if (type === 'custom')
    return markup`${title}${trusted(`<img src="${console}" style="width: 100%; object-fit: cover; object-position: top; min-height: 0" alt="" />`)}`;
  if (type === 'log') {
    const lines = data.warnings.slice(-6);
    return markup`${title}<pre>${lines.length === 0 ? 'No warnings or errors.' : lines.join('\n')}</pre>`;
  }
  if (type === 'alarm') {
    return markup`${title}<div class="alarms">${(properties.alarms ?? []).map((name) => markup`<span>${name}</span>`)}</div>`;
  }
  const lines = linesOf(properties.metrics ?? [], data);
  return markup`${title}${properties.view === 'singleValue' ? numbers(lines) : graph(lines, properties, data)}`;
}

function markdown(text: string): Html {
  const [heading = '', ...rest] = text.split('\n');
  const plain = rest
    .join(' ')
    .replace(/\*\*/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return markup`<h1>${heading.replace(/^# /, '')}</h1><p>${plain}</p>`;
}

function linesOf(metrics: readonly (readonly unknown[])[], data: DashboardData): Line[] {
  const all = metrics.map((metric) => {
    const options = metric.at(-1) as MetricOptions;
    const [namespace, name, ...dimensions] = metric.slice(0, -1).map(String);
    const at = dimensions.indexOf('Queue');
    const queue = at < 0 ? undefined : dimensions[at + 1];
    const series = namespace === undefined ? undefined : data.of(namespace, name ?? '', queue);
    return { options, label: options.label ?? name ?? '', stat: options.stat ?? 'Average', series };
  });
  return all.flatMap(({ options, ...line }): Line[] => {
    if (options.visible === false) return [];
    // The one expression of the definition.
    const [, id] = /^100 \* (\w+)$/.exec(options.expression ?? '') ?? [];
    const source = id === undefined ? undefined : all.find((each) => each.options.id === id);
    return [source === undefined ? line : { ...line, series: source.series?.map(([ms, value]) => [ms, 100 * value]) }];
  });
}

const format = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });

/** Sums over the whole load, and the last value of what is measured now. */
function numbers(lines: readonly Line[]): Html {
  return markup`<div class="numbers">
    ${lines.map(({ label, stat, series }) => {
      const values = series?.map(([, value]) => value) ?? [];
      const value = stat === 'Sum' ? statisticOf(stat, values) : (values.at(-1) ?? NaN);
      return markup`<span><b>${values.length === 0 ? '–' : format(value)}</b>${label}</span>`;
    })}
  </div>`;
}

function graph(lines: readonly Line[], { yAxis, annotations }: Widget['properties'], data: DashboardData): Content {
  const measured = lines.map(({ stat, series, ...line }) => ({
    ...line,
    points: series === undefined ? [] : periodsOf(series, stat, periodMs),
  }));
  const values = measured.flatMap(({ points }) => points.map(([, value]) => value));
  if (values.length === 0) return markup`<p class="quiet">No data: the load has no such metric.</p>${legend(measured)}`;
  const limit = annotations?.horizontal?.[0];
  const { min = 0, max, label = '' } = yAxis?.left ?? {};
  const most = max ?? (Math.max(limit?.value ?? 0, ...values) || 1) * 1.05;
  const xOf = (ms: number): number => ((ms - data.startMs) / Math.max(1, data.endMs - data.startMs)) * 600;
  const yOf = (value: number): number => 100 - ((value - min) / (most - min)) * 100;
  return markup`<span class="quiet">${format(most)} ${label}</span>
    <svg viewBox="0 0 600 100" preserveAspectRatio="none">
      ${limit && markup`<polyline points="0,${yOf(limit.value)} 600,${yOf(limit.value)}" stroke="#b3150a" stroke-dasharray="6 4" />`}
      ${measured.map(
        ({ points }, index) =>
          markup`<polyline stroke="${colours[index % colours.length]}" points="${points.map(([ms, value]) => `${xOf(ms).toFixed(1)},${yOf(value).toFixed(1)}`).join(' ')}" />`,
      )}
    </svg>
    ${legend(measured)} ${limit && markup`<span class="quiet">- - ${limit.label}</span>`}`;
}

function legend(lines: readonly { readonly label: string }[]): Html {
  return markup`<div class="legend">
    ${lines.map(({ label }, index) => markup`<span>${trusted(`<i class="swatch" style="color: ${colours[index % colours.length] ?? ''}"></i>`)} ${label}</span>`)}
  </div>`;
}
