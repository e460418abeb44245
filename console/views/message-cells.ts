/** Cells of a message's row, in every list of messages. */
import type { MessageSummary, QueuedSummary } from '../../contract/operations';
import { type Content, exact, markup, type Html } from '../html';
import type { Console } from '../renderer';
import { number, short } from '../format';

/** The message's id as a link to its timeline; without one, the entry's own id. */
export function messageLink(
  { renderer }: Console,
  { id, message_id }: Pick<MessageSummary, 'id' | 'message_id'>,
): Content {
  return message_id === null ? short(id) : renderer.link(short(message_id), { view: 'message-status', message_id });
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
