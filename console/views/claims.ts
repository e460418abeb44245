import { operationsPage } from '../../contract/operations';
import { type Content, markup } from '../html';
import { newestOf, planForIds } from '../plan';
import { type ConsoleRequest, countIn } from '../request';
import type { Console, Shown } from '../renderer';
import { table } from '../html-table';
import { short, when } from '../format';
import { paging } from './paging';

/** What consumers hold: who, since when, until when. */
export async function claims(console: Console, request: ConsoleRequest): Promise<Shown> {
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
      renderer.checkbox(claim.id, `Choose ${name}`),
      markup`${short(name)} <span class="quiet">${claim.started ? '' : 'only prefetched'}</span>`,
      markup`<span class="id">${short(claim.model_id)}</span>`,
      claim.consumer === null ? 'not seen by the maintenance pass yet' : markup`<code>${short(claim.consumer)}</code>`,
      when(claim.claimed_at),
      when(claim.lease_ends_at),
      renderer.act(markup`Release<span class="unseen"> ${name}</span>`, planSignature.sign(plan), 'button'),
    ];
  });
  const headers = ['~Choose', 'Message', 'Model', 'Held by', 'Since', 'Lease ends', '~Do'];
  const confirm = (scope: string): ConsoleRequest => ({ ...here, view: 'confirmation', verb: 'release', scope });
  return {
    title: `Claims of ${queue}`,
    body: markup`<section aria-labelledby="claims">
      <h2 id="claims">Claims of <code>${queue}</code></h2>
      ${paging(console, here, { offset, examined, total, size: operationsPage })}
      ${
        total > 0 &&
        markup`${table(`Claims of ${queue}`, headers, rows)}
          <div class="actions">
            ${renderer.chosen([{ label: 'Release the chosen …', to: confirm('selected'), look: 'button' }])}
            <span class="row">${renderer.link('Release all …', confirm('all'), 'button')}</span>
          </div>`
      }
    </section>`,
  };
}
