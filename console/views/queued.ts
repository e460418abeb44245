import { operationsPage } from '../../contract/operations';
import { type Content, exact, markup } from '../html';
import { type ConsoleRequest, countIn } from '../request';
import type { Console, RenderedView } from '../renderer';
import { table } from '../html-table';
import { number, short, when } from '../format';
import { paging } from './paging';

/** The waiting or the delayed messages of a queue, with their payloads. */
export async function queued({ ask, ...console }: Console, request: ConsoleRequest): Promise<RenderedView> {
  const { queue = '' } = request;
  const state = request.state === 'delayed' ? 'delayed' : 'waiting';
  const offset = countIn(request.offset);
  const { entries, examined, total } = await ask({ action: state, queue, offset });
  const title = `${state === 'waiting' ? 'Waiting' : 'Delayed'} messages of ${queue}`;
  const headers = ['Message', 'Model', 'Registered', state === 'delayed' ? 'Due' : 'Retries', 'Payload'];
  const rows = entries.map((each): Content[] => {
    const retries = each.retry_count === null ? short(null) : number(each.retry_count);
    return [
      markup`${
        each.message_id === null
          ? short(each.id)
          : console.renderer.link(short(each.message_id), { view: 'message-status', message_id: each.message_id })
      }
      <div class="quiet">correlation id ${short(each.correlation_id)}</div>`,
      markup`<span class="id">${short(each.model_id)}</span>`,
      when(each.timestamp),
      state === 'delayed'
        ? markup`${when(each.due_at)} <div class="quiet whole">after ${retries} retries</div>`
        : retries,
      markup`<details>
        <summary>${each.payload.length > 0 ? 'Show' : 'Empty'}</summary>
        <pre>${exact(each.payload)}</pre>
      </details>`,
    ];
  });
  const order = state === 'delayed' ? 'next' : 'newest';
  return {
    title,
    body: markup`<section aria-labelledby="queued">
      <h2 id="queued">${state === 'waiting' ? 'Waiting' : 'Delayed'} messages of <code>${queue}</code></h2>
      ${paging({ ask, ...console }, { view: 'queued', queue, state }, { offset, examined, total, size: operationsPage, order })}
      ${entries.length > 0 && table(title, headers, rows)}
    </section>`,
  };
}
