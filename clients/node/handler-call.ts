import { type ModelReadyMessage, payloadTextOf } from '../../contract/message';
import type { Handler } from './consumer-options';

/**
 * Calls a handler and waits for it, `handlerSeconds` at most; then its signal is aborted and the call counts as failed,
 * though the handler may go on if it does not heed the signal.
 * @throws what the handler throws, or an Error that says that it took too long.
 */
export async function callHandler(
  { handler, handlerSeconds }: { readonly handler: Handler; readonly handlerSeconds: number },
  message: ModelReadyMessage,
  { text, abort }: { readonly text: string; readonly abort: AbortController },
): Promise<void> {
  const delivery = {
    text,
    get payloadText() {
      return payloadTextOf(text);
    },
    signal: abort.signal,
  };
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`the handler took longer than ${handlerSeconds} s`);
      abort.abort(error);
      reject(error);
    }, handlerSeconds * 1000);
    // A handler that ignores its signal must not hold the process after `stop()`.
    timer.unref();
  });
  try {
    await Promise.race([handler(message, delivery), overdue]);
  } finally {
    clearTimeout(timer);
  }
}
