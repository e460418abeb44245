/** A function that reads the token as the publisher does and writes to two queues: the cold start with the same promises. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Redis } from 'ioredis';

const { REDIS_HOST: host = '', REDIS_PORT: port, REDIS_AUTH_SECRET_ARN: SecretId } = process.env;
const { SecretString = '' } = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId }));
const { auth_token: password } = JSON.parse(SecretString) as { auth_token: string };
const client = new Redis({ host, port: Number(port), password, tls: { servername: host } });

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const texts = event.Records.map(({ body }) => body);
  await Promise.all([client.lpush('bench:cold', ...texts), client.lpush('bench:cold-2', ...texts)]);
  return { batchItemFailures: [] };
}
