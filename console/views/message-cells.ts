/** Cells of a message's row, in every list of messages. */
import type { MessageSummary, QueuedSummary } from '../../contract/operations';
import { messageIdPattern } from '../../contract/patterns';
import { type Content, exact, markup, type Html } from '../html';
import type { Console } from '../renderer';
import { number, short } from '../format';

/** A link to the timeline of a message; only its label where the text has no valid message id. */
export function timelineLink({ renderer }: Console, message_id: string | null, label: Content): Content {
  const isValid = message_id !== null && messageIdPattern.test(message_id);
  return isValid ? renderer.link(label, { view: 'message-status', message_id }) : label;
}

/** The message's id as a link to its timeline; without one, the entry's own id. */
export function messageLink(console: Console, { id, message_id }: Pick<MessageSummary, 'id' | 'message_id'>): Content {
  return timelineLink(console, message_id, short(message_id ?? id));
}

export function messageCell(console: Console, each: QueuedSummary, note?: Content): Html {
  return markup`${messageLink(console, each)} ${note}
    <div class="quiet">correlation id ${short(each.correlation_id)}</div>`;
}

export const modelCell = ({ model_id }: MessageSummary): Html => markup`<span class="id">${short(model_id)}</span>`;

export const retriesCell = ({ retry_count }: QueuedSummary): Content =>
  retry_count === null ? short(null) : number(retry_count);

export const payloadCell = ({ payload }: QueuedSummary): Html =>
  markup`<details>
    <summary>${payload.length > 0 ? 'Show' : 'Empty'}</summary>
    <pre>${exact(payload)}</pre>
  </details>`;
