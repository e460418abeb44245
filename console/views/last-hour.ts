import { type QueueSample, ratesOf } from '../../contract/queue-samples';
import { markup, type Html } from '../html';
import { number } from '../format';

/** Of the graph, in its own units: it is stretched to the width of the page. */
const [width, height] = [600, 80];
const minutes = 60;
const minuteMs = 60_000;

const lines = [
  ['waiting', 'waiting', (sample: QueueSample) => sample.waiting],
  ['held', 'claimed or delayed', (sample: QueueSample) => sample.processing + sample.delayed],
  ['dead', 'dead letters', (sample: QueueSample) => sample.dead_letters],
] as const;

/** The depths of a queue in the last hour as a graph, and its rates. */
export function lastHour(name: string, samples: readonly QueueSample[]): Html {
  const last = samples.at(-1);
  const most = Math.max(0, ...samples.flatMap((sample) => lines.map(([, , valueOf]) => valueOf(sample))));
  const label = `${name} in the last hour: ${lines
    .map(([, word, valueOf]) => `${number(last === undefined ? 0 : valueOf(last))} ${word}`)
    .join(', ')}; most ${number(most)}`;
  const endMs = Date.parse(last?.at ?? '');
  return markup`<figure>
    <figcaption><strong>${name}</strong> ${rates(samples)}</figcaption>
    ${
      last !== undefined &&
      markup`<div class="graph">
          <span class="quiet most">${number(most)}</span>
          <svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">
            ${lines.map(([kind, , valueOf]) => markup`<polyline class="${kind}" points="${points(samples, valueOf, most, endMs)}" />`)}
          </svg>
          <span class="quiet">0</span>
        </div>
        <div class="quiet ends"><span>an hour ago</span><span>${last.at.slice(11, 16)} UTC</span></div>
        <div class="quiet row">
          ${lines.map(([kind, word]) => markup`<span class="whole"><span class="swatch ${kind}" aria-hidden="true"></span> ${word}</span>`)}
        </div>`
    }
  </figure>`;
}

function rates(samples: readonly QueueSample[]): Html {
  const perMinute = (of: number): string => {
    const found = ratesOf(samples, of);
    const format = (rate: number): string =>
      rate.toLocaleString('en-US', { maximumSignificantDigits: rate < 10 ? 2 : 3 });
    return found === undefined ? '–' : `${format(found.incoming)} in, ${format(found.claimed)} claimed`;
  };
  if (samples.length < 2) return markup`<span class="quiet">Rates follow after two minutes.</span>`;
  return markup`<span class="quiet">per minute: ${perMinute(5)} (5 min); ${perMinute(minutes)} (1 h)</span>`;
}

/** A step per sample; a minute without a sample, as while the monitor fails, keeps the last value. */
function points(
  samples: readonly QueueSample[],
  valueOf: (sample: QueueSample) => number,
  most: number,
  endMs: number,
): string {
  const xOf = (at: string): number => width - ((endMs - Date.parse(at)) / minuteMs / minutes) * width;
  const yOf = (value: number): number => height - 1 - (most === 0 ? 0 : (value / most) * (height - 2));
  return samples
    .filter(({ at }) => xOf(at) >= 0)
    .map((sample) => `${xOf(sample.at).toFixed(1)},${yOf(valueOf(sample)).toFixed(1)}`)
    .join(' ');
}
