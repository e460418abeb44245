import type { Place } from '../../contract/message-status';
import { type Content, markup, type Html } from '../html';
import type { ConsoleRequest } from '../request';
import type { Console, RenderedView } from '../renderer';
import { facts, table } from '../html-table';
import { short, when } from '../format';

const placeLabels: Readonly<Record<string, string>> = {
  waiting: 'waiting in the queue',
  claimed: 'claimed by a consumer',
  delayed: 'failed; waiting for its retry',
  'dead-letter': 'dead letter: no further attempts',
  acknowledged: 'acknowledged or discarded',
  'not-for-it': 'published, but not to this service',
  'not-found': 'not found',
  'given-up': 'not found in the examined part: the list is too long to search completely',
};

/** The search form for a message id. */
export function searchForm({ renderer }: Console, messageId = ''): Html {
  return markup`<section aria-labelledby="search" role="search">
    <h2 id="search">Message status</h2>
    ${renderer.form(
      { view: 'message-status' },
      markup`<label>Message id
        <input
          name="message_id"
          size="40"
          maxlength="128"
          required
          autocomplete="off"
          spellcheck="false"
          aria-describedby="search-hint"
          value="${messageId}"/></label>`,
      'Search',
    )}
    <p class="quiet" id="search-hint">The event's event_id, or the id that PutEvents returned.</p>
  </section>`;
}

export async function messageStatus(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  const messageId = request.message_id ?? '';
  const found = await console.ask({ action: 'message-status', message_id: messageId });
  const { refused } = found;
  const known = found.queued_at !== undefined || found.subscriptions.some(({ place }) => place !== 'not-found');
  return {
    title: `Message ${messageId}`,
    body: markup`
      <section>
        <h2>Message <code>${messageId}</code></h2>
        <p>${known ? markup`Queued: ${when(found.queued_at)}` : 'No record of this message.'}</p>
        ${
          refused &&
          markup`<p><strong>The publisher refused an event of this id.</strong></p>
            ${facts([
              ['Error', markup`<code>${refused.error_code}</code> ${refused.error_message}`],
              ['Failed', when(refused.failed_at)],
            ])}`
        }
        ${table(
          'Message status for each service',
          ['Service', 'Status', 'Time', 'Details'],
          found.subscriptions.map((place) => [
            markup`<strong>${place.service}</strong> <code>${place.queue}</code>`,
            placeLabels[place.place] ?? place.place,
            when(timeOf(place)),
            detailOf(place),
          ]),
        )}
      </section>
      ${searchForm(console, messageId)}
    `,
  };
}

function timeOf(status: Place): string | undefined {
  if (status.place === 'claimed') return status.claimed_at;
  if (status.place === 'delayed') return status.due_at;
  return status.place === 'dead-letter' ? status.failed_at : undefined;
}

function detailOf(status: Place): Content {
  if (status.place === 'dead-letter') return markup`<code>${status.error_code}</code> ${short(status.error_message)}`;
  if (status.place === 'claimed') return markup`holder <code>${status.consumer}</code>`;
  return status.place === 'given-up' ? `examined the newest ${status.examined}` : short(null);
}
