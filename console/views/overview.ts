import type { QueueDepths, UnreadableQueue } from '../../contract/operations';
import { duration } from '../../contract/duration';
import type { HealthCheck } from '../../contract/health-check';
import { noService } from '../../queue/covered-queues';
import { type Content, markup, type Html } from '../html';
import type { ConsoleRequest } from '../request';
import type { Console, RenderedView } from '../renderer';
import { table } from '../html-table';
import { consoleErrorOf } from '../console-error';
import { amount, number, short, status, when } from '../format';
import { errorNote } from './error-note';
import { lastHour } from './last-hour';
import { searchForm } from './message-status';

/** Health and queue depths of every subscription; without Redis, the health check's findings only. */
export async function overview(console: Console): Promise<RenderedView> {
  const { checks, status: worst, notes = [] } = await console.ask({ action: 'health' });
  const findings = Object.values(checks).flat();
  const wrong = findings.filter((finding) => finding.status !== 'pass');
  // If Redis is unreachable, the depths would only repeat the finding.
  const reachable = (checks['queue:depth'] ?? []).some((finding) => finding.observedValue !== undefined);
  return {
    title: 'Overview',
    body: markup`
      <section aria-labelledby="state">
        <h2 id="state">${status(worst)} ${sentenceOf(worst, wrong.length)}</h2>
        ${
          wrong.length > 0 &&
          markup`<ul class="findings">
            ${wrong.map(finding)}
          </ul>`
        }
        ${notes.map((note) => markup`<p>${note}</p>`)}
      </section>
      ${reachable && (await queuesOrError(console))} ${searchForm(console)}
    `,
  };
}

function sentenceOf(worst: HealthCheck['status'], wrong: number): string {
  if (worst === 'pass') return 'All checks passed.';
  return worst === 'warn'
    ? `Redis accepts messages; ${amount(wrong, 'finding')} for an operator.`
    : `At least one check failed: ${amount(wrong, 'finding')}.`;
}

function finding(found: HealthCheck): Html {
  const { status: state, componentId, fault, output } = found;
  return markup`<li>
    ${status(state)} <strong>${fault ?? 'unknown'}</strong> <code>${componentId}</code>
    <p>${output}</p>
  </li>`;
}

function numbersOf({ renderer }: Console, each: QueueDepths): Content[] {
  const { queue } = each;
  const count = (value: number, state: string, to: ConsoleRequest): Html =>
    renderer.link(markup`${number(value)}<span class="visually-hidden"> ${state} in ${nameOf(each)}</span>`, to);
  const deadLetters = count(each.dead_letters, 'dead letters', { view: 'dead-letters', queue });
  const seen = each.consumer_seen_seconds;
  return [
    count(each.depth, 'waiting', { view: 'queued', queue, state: 'waiting' }),
    each.depth === 0 ? short(null) : duration(each.oldest_message_seconds),
    count(each.processing, 'claimed', { view: 'claims', queue }),
    each.processing === 0 ? short(null) : duration(each.oldest_claim_seconds),
    count(each.delayed, 'delayed', { view: 'queued', queue, state: 'delayed' }),
    each.dead_letters === 0 ? deadLetters : markup`<strong>${deadLetters}</strong>`,
    seen === null ? short(null) : `${duration(seen)} ago`,
  ];
}

/** Since when and why consumers claim nothing; nothing if the queue is not paused. */
function pauseOf({ paused }: QueueDepths): Html | false {
  if (paused === null) return false;
  const [since = '', ...reason] = paused.split(' ');
  return markup`<div>
    <span class="status warn">PAUSED</span> ${when(since)} ${reason.length > 0 && short(reason.join(' '))}
  </div>`;
}

/** The service, or the queue if no subscription names it. */
function nameOf({ service, queue }: QueueDepths | UnreadableQueue): string {
  return service === noService ? queue : service;
}

async function queuesOrError(console: Console): Promise<Html> {
  try {
    return await queues(console);
  } catch (error) {
    const failure = consoleErrorOf(error);
    if (failure === undefined) throw error;
    return errorNote(failure);
  }
}

async function queues(console: Console): Promise<Html> {
  const { ask, renderer } = console;
  const { queues: depths } = await ask({ action: 'depths' });
  const headers = [
    'Queue',
    'Waiting',
    'Oldest message',
    'Claimed',
    'Oldest claim',
    'Delayed',
    'Dead letters',
    'Consumer seen',
    '~Open',
  ];
  const rows = depths.map((each) => [
    markup`<strong>${each.service}</strong> <code>${each.queue}</code> ${'paused' in each && pauseOf(each)}`,
    // The findings explain why a queue is unreadable.
    ...('error' in each ? Array<Content>(7).fill(short(null)) : numbersOf(console, each)),
    markup`<span class="row">
      ${renderer.link(markup`Dead letters<span class="visually-hidden"> of ${nameOf(each)}</span>`, { view: 'dead-letters', queue: each.queue }, 'button')}
      ${renderer.link(markup`Claims<span class="visually-hidden"> of ${nameOf(each)}</span>`, { view: 'claims', queue: each.queue }, 'button')}
    </span>`,
  ]);
  return markup`<section aria-labelledby="queues">
    <h2 id="queues">Queues</h2>
    ${table('Messages by state for each service', headers, rows)}
  </section>
  ${await graphs(console, depths)}`;
}

/** The last hour of each queue that has samples; a queue whose samples cannot be read has an empty graph. */
async function graphs({ ask }: Console, depths: readonly (QueueDepths | UnreadableQueue)[]): Promise<Html | false> {
  const read = depths.map(async (each) => {
    const { samples } = await ask({ action: 'samples', queue: each.queue }).catch((error: unknown) => {
      if (consoleErrorOf(error) === undefined) throw error;
      return { samples: [] };
    });
    return { samples, graph: lastHour(nameOf(each), samples) };
  });
  const found = (await Promise.all(read)).filter(({ samples }) => samples.length > 0);
  return (
    found.length > 0 &&
    markup`<section aria-labelledby="hour">
      <h2 id="hour">Last hour</h2>
      <div class="graphs">${found.map(({ graph }) => graph)}</div>
    </section>`
  );
}
