/** The smallest function that writes to Redis: the baseline of the cold start. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Redis } from 'ioredis';

const { REDIS_HOST: host = '', REDIS_PORT: port, REDIS_AUTH_TOKEN: password = '' } = process.env;
const client = new Redis({ host, port: Number(port), password, tls: { servername: host } });

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  await client.lpush('bench:cold', ...event.Records.map(({ body }) => body));
  return { batchItemFailures: [] };
}
