// A function's process as Lambda runs it: loads a bundle, reports that it is initialized, then handles one batch at a time.
// Arguments: path of the bundle. The parent sends { records, laterMs }: `laterMs` is how much later than now the clock is.
import { performance } from 'node:perf_hooks';

const [, , bundle] = process.argv;
const { handler } = await import(bundle);
const now = Date.now;

process.on('message', async ({ records, laterMs }) => {
  Date.now = () => now() + laterMs;
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const answer = await handler({ Records: records }, { getRemainingTimeInMillis: () => 15_000 });
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  if (answer.batchItemFailures.length > 0) throw new Error('the batch was not written');
  process.send({ ms, cpuMs: (user + system) / 1000 });
});
process.on('disconnect', () => process.exit());
process.send('initialized');
