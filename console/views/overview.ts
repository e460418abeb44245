import type { QueueDepths } from '../../contract/operations';
import { duration } from '../../contract/duration';
import type { HealthCheck } from '../../contract/health-check';
import { type Content, markup, type Html } from '../html';
import type { Console, Shown } from '../renderer';
import { table } from '../html-table';
import { consoleErrorOf } from '../console-error';
import { amount, number, short, status } from '../format';
import { errorNote } from './error-note';
import { lookUp } from './message-status';

/** Every subscription's queue, and what is wrong. Redis may be away: then that is what is wrong. */
export async function overview(console: Console): Promise<Shown> {
  const { checks, status: worst } = await console.ask({ action: 'health' });
  const findings = Object.values(checks).flat();
  const wrong = findings.filter((finding) => finding.status !== 'pass');
  // Without the write probe's connection the depths would only say the same again.
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
      </section>
      ${reachable && (await queuesOrError(console))} ${lookUp(console)}
    `,
  };
}

function sentenceOf(worst: HealthCheck['status'], wrong: number): string {
  if (worst === 'pass') return 'All is well: registrations can be published, and nothing stands too long.';
  return worst === 'warn'
    ? `Messages flow, and somebody should look: ${amount(wrong, 'finding')}.`
    : `Something does not work: ${amount(wrong, 'finding')}.`;
}

function finding(found: HealthCheck): Html {
  const { status: state, componentId, fault, output } = found;
  return markup`<li>
    ${status(state)} <strong>${fault ?? 'unknown'}</strong> <code>${componentId}</code>
    <p>${output}</p>
  </li>`;
}

function numbersOf(each: QueueDepths): Content[] {
  return [
    number(each.depth),
    each.depth === 0 ? short(null) : duration(each.oldest_message_seconds),
    number(each.processing),
    each.processing === 0 ? short(null) : duration(each.oldest_claim_seconds),
    number(each.delayed),
    each.dead_letters === 0 ? '0' : markup`<strong>${number(each.dead_letters)}</strong>`,
  ];
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

async function queues({ ask, renderer }: Console): Promise<Html> {
  const { queues: depths } = await ask({ action: 'depths' });
  const headers = [
    'Queue',
    'Waiting',
    'Oldest waits',
    'Claimed',
    'Oldest claim',
    'Retries later',
    'Dead letters',
    '~Look at',
  ];
  const rows = depths.map((each) => [
    markup`<strong>${each.service}</strong> <code>${each.queue}</code>`,
    // What is wrong with one that cannot be looked at stands among the findings.
    ...('error' in each ? Array<Content>(6).fill(short(null)) : numbersOf(each)),
    markup`<span class="row">
      ${renderer.link(markup`Dead letters<span class="unseen"> of ${each.service}</span>`, { view: 'dead-letters', queue: each.queue }, 'button')}
      ${renderer.link(markup`Claims<span class="unseen"> of ${each.service}</span>`, { view: 'claims', queue: each.queue }, 'button')}
    </span>`,
  ]);
  return markup`<section aria-labelledby="queues">
    <h2 id="queues">Queues</h2>
    ${table('How many messages stand where, for each service', headers, rows)}
  </section>`;
}
