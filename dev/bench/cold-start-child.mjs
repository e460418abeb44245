// One cold start: loads a bundle, calls its handler with a batch and reports completion.
// Arguments: path of the bundle, file with the batch.
import { readFileSync } from 'node:fs';

const [, , bundle, batchFile] = process.argv;
const { handler } = await import(bundle);
const answer = await handler(JSON.parse(readFileSync(batchFile, 'utf8')), { getRemainingTimeInMillis: () => 15_000 });
if (answer.batchItemFailures.length > 0) throw new Error('the batch was not written');
process.send({ done: true });
process.disconnect();
process.exit();
