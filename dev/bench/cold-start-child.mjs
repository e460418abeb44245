// One cold start: loads a bundle whose `handler` takes a batch, hands it one, and says when that is done.
// Arguments: the bundle's path, a file with the batch.
import { readFileSync } from 'node:fs';

const [, , bundle, batchFile] = process.argv;
const { handler } = await import(bundle);
const answer = await handler(JSON.parse(readFileSync(batchFile, 'utf8')), { getRemainingTimeInMillis: () => 15_000 });
if (answer.batchItemFailures.length > 0) throw new Error('the batch was not written');
process.send({ done: true });
process.disconnect();
process.exit();
