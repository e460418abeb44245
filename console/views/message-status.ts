import type { Failure, MessageStatus, Place, Recorded } from '../../contract/message-status';
import { rootQueueIn, type Subscription } from '../../contract/subscriptions';
import { type Content, exact, markup, type Html } from '../html';
import type { Console, RenderedView } from '../renderer';
import type { ConsoleRequest } from '../request';
import { amount, when } from '../format';

/** The search form for a message id. */
export function searchForm({ renderer }: Console, messageId = ''): Html {
  return markup`<section aria-labelledby="search" role="search">
    <h2 id="search">Message timeline</h2>
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

/** What happened to a message, in time order: by the publisher, and then in the queue of each service. */
export async function messageStatus(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  const messageId = request.message_id ?? '';
  const found = await console.ask({ action: 'message-status', message_id: messageId });
  const { refused, subscriptions } = found;
  const known = found.queued_at !== undefined || subscriptions.some(({ place }) => place !== 'not-found');
  return {
    title: `Message ${messageId}`,
    body: markup`
      <section>
        <h2>Message <code>${messageId}</code></h2>
        ${refused && timeline('Publisher', refusal(console, found, refused))}
        ${known && subscriptions.map((each) => timeline(markup`${each.service} <code>${each.queue}</code>`, steps(console, found, each)))}
        ${!known && refused === undefined && markup`<p>No record of this message. Records of messages that were handled expire.</p>`}
        <p class="quiet">
          Redis records the present state. Each attempt and its error is in the logs:
          <code>npx model-events logs ${messageId} ${console.renderer.cliTarget}</code>
        </p>
      </section>
      ${searchForm(console, messageId)}
    `,
  };
}

interface Step {
  readonly name: string;
  readonly time?: string | undefined;
  readonly details?: Content;
}

function timeline(title: Content, all: readonly Step[]): Html {
  return markup`<h3>${title}</h3>
    <ol class="timeline">
      ${all.map(
        ({ name, time, details }) =>
          markup`<li>
            <strong>${name}</strong> ${time !== undefined && when(time)}
            <div>${details}</div>
          </li>`,
      )}
    </ol>`;
}

const registered = ({ registered_at: time }: Recorded): Step[] =>
  time === undefined ? [] : [{ name: 'Registered', time }];

function refusal(console: Console, { subscriptions }: MessageStatus, refused: Failure & Recorded): Step[] {
  const queue = rootQueueIn(subscriptions);
  return [
    ...registered(refused),
    { name: 'Refused', time: refused.failed_at, details: failure(console, queue, refused) },
  ];
}

function steps(console: Console, { queued_at: queuedAt }: MessageStatus, status: Subscription & Place): Step[] {
  if (status.place === 'not-for-it' || status.place === 'not-found') return [present(console, status)];
  const recorded: Recorded = status.place === 'acknowledged' || status.place === 'given-up' ? {} : status;
  const retries = recorded.retry_count ?? 0;
  return [
    ...registered(recorded),
    ...(queuedAt === undefined ? [] : [{ name: 'Queued', time: queuedAt }]),
    ...(retries > 0 ? [{ name: 'Retried', details: `after ${amount(retries, 'failed attempt')}` }] : []),
    present(console, status),
  ];
}

/** The last step. */
function present(console: Console, status: Subscription & Place): Step {
  switch (status.place) {
    case 'waiting':
      return { name: 'Waiting for a consumer' };
    case 'claimed':
      return {
        name: status.started ? 'Claimed' : 'Claimed, only prefetched',
        time: status.claimed_at,
        details: markup`by <code>${status.consumer}</code>
          ${status.lease_ends_at !== undefined && markup`<div>lease ends ${when(status.lease_ends_at)}</div>`}`,
      };
    case 'delayed':
      return { name: 'Waiting for its next attempt', time: status.due_at };
    case 'dead-letter':
      return { name: 'Dead letter', time: status.failed_at, details: failure(console, status.queue, status) };
    case 'acknowledged':
      return { name: 'Handled', details: 'acknowledged by its consumer, or discarded by an operator' };
    case 'given-up':
      return {
        name: 'Not found',
        details: `among the newest ${status.examined} entries; older ones were not examined`,
      };
    case 'not-for-it':
      return { name: 'Not for this service' };
    case 'not-found':
      return { name: 'No record' };
  }
}

function failure({ renderer }: Console, queue: string, { id, error_code, error_message, failed_by }: Failure): Html {
  return markup`<code>${error_code}</code> ${exact(error_message.slice(0, 500))}
    <div>by the ${failed_by}; ${renderer.link('Open the dead letter', { view: 'dead-letter', queue, id })}</div>`;
}
