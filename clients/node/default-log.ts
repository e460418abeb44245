import { loggedEvents, type ConsumerEvents } from './consumer-events';
import { escapeInvisible } from '../../contract/invisible-characters';
import { jsonText } from '../../contract/rules';
import { messageIdIn } from './held-claims';

/** Writes an event to stderr, for a consumer whose user has no listener for it. */
export function logEvent(
  form: 'text' | 'json' | 'off',
  queue: string,
  name: keyof ConsumerEvents,
  values: readonly unknown[],
): void {
  const what = loggedEvents[name];
  if (form === 'off' || what === undefined) return;
  const error = values.find((value) => value instanceof Error);
  const text = values.find((value) => typeof value === 'string');
  const messageId = messageIdIn(text ?? '');
  const line = {
    time: new Date().toISOString(),
    level: name === 'dead-lettered' ? 'ERROR' : name === 'resumed' || name === 'breaker-closed' ? 'INFO' : 'WARN',
    message: `model-events: ${what}`,
    event: name,
    queue,
    ...(messageId === undefined ? {} : { message_id: messageId }),
    ...(error === undefined ? {} : { error: (error.message || error.name).slice(0, 1000) }),
  };
  process.stderr.write(form === 'json' ? `${jsonText(line)}\n` : `${escapeInvisible(textOf(line))}\n`);
}

function textOf({ time, level, message, queue, message_id, error }: Record<string, string | undefined>): string {
  const subject = message_id === undefined ? queue : `${queue} ${message_id}`;
  return `${time} ${level} ${message} (${subject})${error === undefined ? '' : `: ${error}`}`;
}
