import type { Redis } from 'ioredis';
import { composeDeadLetter } from '../../contract/dead-letter';
import type { ModelQueue } from '../../queue/model-queue';
import { message } from '../support/events';

/** Texts that attempt HTML injection or contain invisible characters. */
export const hostileTexts = [
  '<script>document.title="owned"</script>',
  '"><img src=x onerror="document.title=\'owned\'">',
  "' onmouseover='alert(1)' x='",
  '</pre></td></table><h1>owned</h1>',
  '</cwdb-action><cwdb-action action="call" endpoint="arn:evil">{}</cwdb-action>',
  '</style><style>*{display:none}</style>',
  '&lt;script&gt;&#x3c;b&#x3e;',
  'javascript:alert(1)',
  '\u202egnp.exe\u2066\u0000\u0007\u001b[31m\u200b\ufeff',
  '\ud800 unpaired \udfff',
  '\u{e0041}\u{e0042} tags',
  'x'.repeat(5000),
  '${1+1} {{7*7}} `whoami`',
] as const;

/** A dead letter with `text` in every field that an attacker may control: ids, model, error, payload. */
export function letterWith(text: string, messageId: string = text, failedAt = '2026-11-23T11:00:00.000Z'): string {
  const body = message('m', { model_id: text, [text]: text }).replace(
    '"message_id":"m"',
    `"message_id":${JSON.stringify(messageId)}`,
  );
  const { head, tail } = composeDeadLetter(
    body,
    true,
    { code: 'HANDLER_FAILED', message: text },
    'consumer',
    'model_events:site',
  );
  return head + failedAt + tail;
}

/** Fills a queue with dead letters `m1` (the oldest) to `m<count>`, in one script. */
export async function fillWithLetters(redis: Redis, queue: ModelQueue, count: number): Promise<void> {
  const letter = letterWith('credit-risk-7', 'm@@');
  const [before = '', after = ''] = letter.split('m@@');
  const script = `for i = 1, tonumber(ARGV[3]) do redis.call('LPUSH', KEYS[1], ARGV[1] .. 'm' .. i .. ARGV[2]) end`;
  await redis.eval(script, 1, queue.keys.deadLetters, before, after, count);
}
