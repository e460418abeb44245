import type { Place } from '../../contract/message-status';
import { type Content, markup, type Html } from '../html';
import type { ConsoleRequest } from '../request';
import type { Console, Shown } from '../renderer';
import { facts, table } from '../html-table';
import { short, when } from '../format';

const placeWords: Readonly<Record<string, string>> = {
  waiting: 'waits in the queue',
  claimed: 'a consumer has it',
  delayed: 'failed, and will be tried again',
  'dead-letter': 'dead letter: nobody works on it any more',
  acknowledged: 'was queued and is gone: done, or discarded',
  'not-for-it': 'was published, but not for this service',
  'not-found': 'nothing is known of it here',
  'given-up': 'not found so far: the list is too long to look through',
};

/** The form that asks for a message's id. */
export function lookUp({ renderer }: Console, messageId = ''): Html {
  return markup`<section aria-labelledby="look-up" role="search">
    <h2 id="look-up">Where is a message?</h2>
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
          aria-describedby="look-up-means"
          value="${messageId}"/></label>`,
      'Look',
    )}
    <p class="quiet" id="look-up-means">The event's event_id, else the id in the answer of PutEvents.</p>
  </section>`;
}

export async function messageStatus(console: Console, request: ConsoleRequest): Promise<Shown> {
  const messageId = request.message_id ?? '';
  const found = await console.ask({ action: 'message-status', message_id: messageId });
  const { refused } = found;
  const known = found.queued_at !== undefined || found.subscriptions.some(({ place }) => place !== 'not-found');
  return {
    title: `Message ${messageId}`,
    body: markup`
      <section>
        <h2>Message <code>${messageId}</code></h2>
        <p>${known ? markup`Queued: ${when(found.queued_at)}` : 'Nothing says that it was ever queued.'}</p>
        ${
          refused &&
          markup`<p><strong>The publisher refused an event of this id.</strong></p>
            ${facts([
              ['Error', markup`<code>${refused.error_code}</code> ${refused.error_message}`],
              ['Failed', when(refused.failed_at)],
            ])}`
        }
        ${table(
          'Where each service’s copy is',
          ['Service', 'Where it is', 'Since or until', 'More'],
          found.subscriptions.map((place) => [
            markup`<strong>${place.service}</strong> <code>${place.queue}</code>`,
            placeWords[place.place] ?? place.place,
            when(timeOf(place)),
            detailOf(place),
          ]),
        )}
      </section>
      ${lookUp(console, messageId)}
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
  if (status.place === 'claimed') return markup`held by <code>${status.consumer}</code>`;
  return status.place === 'given-up' ? `examined the newest ${status.examined}` : short(null);
}
