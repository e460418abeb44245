import { type ModelReadyMessage, payloadTextOf } from '../../contract/message';
import type { Handler } from './consumer-options';
import { attemptOf } from './held-claims';

/**
 * Calls the handler and waits at most `handlerSeconds`; then its signal is aborted and the call fails, although a handler that
 * ignores the signal continues.
 * @throws the handler's error, or a timeout error.
 */
export async function callHandler(
  { handler, handlerSeconds }: { readonly handler: Handler; readonly handlerSeconds: number },
  message: ModelReadyMessage,
  { content: text, abort }: { readonly content: string; readonly abort: AbortController },
): Promise<void> {
  const delivery = {
    text,
    get payloadText() {
      return payloadTextOf(text);
    },
    attempt: attemptOf(text),
    signal: abort.signal,
  };
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`the handler took longer than ${handlerSeconds} s`);
      abort.abort(error);
      reject(error);
    }, handlerSeconds * 1000);
    // A handler that ignores its signal must not keep the process alive after `stop()`.
    timer.unref();
  });
  try {
    await Promise.race([handler(message, delivery), overdue]);
  } finally {
    clearTimeout(timer);
  }
}
