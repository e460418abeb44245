// One cold start: loads a bundle, calls its handler with a batch and reports completion.
// Arguments: path of the bundle, file with the batch.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const [, , bundle, batchFile] = process.argv;
const { handler } = await import(bundle);
const invokedMs = performance.now();
const answer = await handler(JSON.parse(readFileSync(batchFile, 'utf8')), { getRemainingTimeInMillis: () => 15_000 });
if (answer.batchItemFailures.length > 0) throw new Error('the batch was not written');
process.send({ handlerMs: performance.now() - invokedMs });
process.disconnect();
process.exit();
