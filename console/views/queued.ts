import { operationsPage, type DelayedSummary, type QueuedSummary } from '../../contract/operations';
import { type Content, markup } from '../html';
import { type ConsoleRequest, countIn } from '../request';
import type { Console, RenderedView } from '../renderer';
import { table } from '../html-table';
import { amount, when } from '../format';
import { messageCell, modelCell, payloadCell, retriesCell } from './message-cells';
import { paging } from './paging';

/** The waiting or the delayed messages of a queue, with their payloads. */
export async function queued(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  const { queue = '' } = request;
  const state = request.state === 'delayed' ? 'delayed' : 'waiting';
  const offset = countIn(request.offset);
  const { entries, examined, total } = await console.ask({ action: state, queue, offset });
  const title = `${state === 'waiting' ? 'Waiting' : 'Delayed'} messages of ${queue}`;
  const headers = ['Message', 'Model', 'Registered', state === 'delayed' ? 'Due' : 'Retries', 'Payload'];
  const rows = entries.map((each: QueuedSummary | DelayedSummary): Content[] => [
    messageCell(console, each),
    modelCell(each),
    when(each.timestamp),
    'due_at' in each
      ? markup`${when(each.due_at)} <div class="quiet whole">after ${amount(each.retry_count ?? 0, 'failed attempt')}</div>`
      : retriesCell(each),
    payloadCell(each),
  ]);
  const order = state === 'delayed' ? 'next' : 'newest';
  return {
    title,
    body: markup`<section aria-labelledby="queued">
      <h2 id="queued">${state === 'waiting' ? 'Waiting' : 'Delayed'} messages of <code>${queue}</code></h2>
      ${paging(console, { view: 'queued', queue, state }, { offset, examined, total, size: operationsPage, order })}
      ${entries.length > 0 && table(title, headers, rows)}
    </section>`,
  };
}
