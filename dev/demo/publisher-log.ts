/** Reads the publisher's log: prints its lines and reports registrations that it does not queue. */
import { step } from './steps';
import type { RegistrationProgress } from './registration-progress';

/** Handles one line of the log; ignores metrics. */
export function showLog(line: string, progress: RegistrationProgress): void {
  if (!line.startsWith('{') || line.includes('"_aws"')) return;
  const log = JSON.parse(line) as Record<string, string | number>;
  const { message, published, duplicate, skipped, failed, latencyMs, code, reason, messageId } = log;
  if (message === 'batch') {
    const dead = log['dead-lettered'] ?? 0;
    step(
      'publisher',
      `batch: ${published ?? 0} published, ${duplicate ?? 0} duplicate, ${skipped ?? 0} skipped, ${dead} refused, ${failed ?? 0} failed, ${latencyMs ?? 0} ms`,
    );
  } else if (code !== undefined) step('publisher', `refused, ${code}: ${String(reason)}`);
  else if (String(message).startsWith('registration without')) progress.notQueued(String(messageId));
  else step('publisher', `${message ?? ''} ${reason ?? ''}`);
}
