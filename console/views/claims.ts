import { operationsPage } from '../../contract/operations';
import { type Content, markup } from '../html';
import { newestOf, planForIds } from '../plan';
import { type ConsoleRequest, countIn } from '../request';
import type { Console, RenderedView } from '../renderer';
import { table } from '../html-table';
import { short, when } from '../format';
import { messageCell, modelCell, payloadCell, retriesCell } from './message-cells';
import { paging, selectAll } from './paging';

/** A queue's claims with holder, start, lease and payload. */
export async function claims(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  const { renderer, planSignature, ask } = console;
  const queue = request.queue ?? '';
  const offset = countIn(request.offset);
  const { entries, examined, total } = await ask({ action: 'claims', queue, offset });
  const newest = newestOf(entries.map(({ claimed_at }) => claimed_at));
  const here: ConsoleRequest = { view: 'claims', queue };
  const rows = entries.map((claim): Content[] => {
    const name = (claim.message_id ?? claim.id).slice(0, 128);
    const plan = planForIds('release', queue, [claim.id], claim.claimed_at ?? newest, { near: 0, total });
    return [
      renderer.checkbox(claim.id, `Select ${name}`, request.checked === 'page'),
      messageCell(console, claim, !claim.started && markup`<span class="quiet">only prefetched</span>`),
      modelCell(claim),
      when(claim.timestamp),
      retriesCell(claim),
      markup`${when(claim.claimed_at)}
        <div>${claim.consumer === null ? 'holder unknown until the next maintenance pass' : markup`by <code>${short(claim.consumer)}</code>`}</div>`,
      when(claim.lease_ends_at),
      payloadCell(claim),
      renderer.act(markup`Release<span class="visually-hidden"> ${name}</span>`, planSignature.sign(plan), 'button'),
    ];
  });
  const headers = [
    '~Select',
    'Message',
    'Model',
    'Registered',
    'Retries',
    'Claimed',
    'Lease ends',
    'Payload',
    '~Action',
  ];
  const confirm = (scope: string): ConsoleRequest => ({ ...here, view: 'confirmation', verb: 'release', scope });
  return {
    title: `Claims of ${queue}`,
    body: markup`<section aria-labelledby="claims">
      <h2 id="claims">Claims of <code>${queue}</code></h2>
      ${paging(console, here, { offset, examined, total, size: operationsPage })}
      ${
        total > 0 &&
        markup`${selectAll(console, { ...here, offset: String(offset) }, request)}
          ${table(`Claims of ${queue}`, headers, rows)}
          <div class="actions">
            ${renderer.selectionButtons([{ label: 'Release selected …', to: confirm('selected'), look: 'button' }])}
            <span class="row">${renderer.link('Release all …', confirm('all'), 'button')}</span>
          </div>`
      }
    </section>`,
  };
}
