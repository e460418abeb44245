/** Secrets Manager's GetSecretValue on a loopback port, for functions that take AWS_ENDPOINT_URL_SECRETS_MANAGER. */
import { randomUUID } from 'node:crypto';
import { AwsError, startAwsJsonServer, type AwsJsonServer, type AwsOperation } from './aws-json-server';

/**
 * How a call fails: `denied` (no right to read the secret), `throttled` and `unavailable` (the service's own trouble),
 * `silent` (the call is accepted and never answered, as in a network without an endpoint).
 */
export type SecretsFailure = 'denied' | 'throttled' | 'unavailable' | 'silent';

export interface LocalSecretsManager {
  /** The value for AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  readonly url: string;
  /** GetSecretValue calls so far, failed ones included. */
  readonly requests: number;
  /** Creates the secret or gives it a new value. */
  set(arn: string, secretString: string): void;
  /** From now on every call fails in this way; `undefined` ends it. */
  fail(mode: SecretsFailure | undefined): void;
  stop(): Promise<void>;
}

/** @param secrets secret strings by complete ARN; nothing else finds them, as the deployed function's rights are for the ARN */
export async function startSecretsManager(secrets: Readonly<Record<string, string>>): Promise<LocalSecretsManager> {
  const values = new Map<
    string,
    { readonly secretString: string; readonly versionId: string; readonly since: number }
  >();
  const set = (arn: string, secretString: string): void => {
    values.set(arn, { secretString, versionId: randomUUID(), since: Date.now() / 1000 });
  };
  for (const [arn, secretString] of Object.entries(secrets)) set(arn, secretString);

  let failure: SecretsFailure | undefined;
  let requests = 0;
  const getSecretValue: AwsOperation = ({ SecretId: id, VersionStage: stage = 'AWSCURRENT' }) => {
    requests += 1;
    if (failure === 'silent') return new Promise(() => undefined);
    if (failure !== undefined) throw failureOf(failure);
    if (typeof id !== 'string' || id === '') throw new AwsError('ValidationException', 'SecretId is required');
    const value = values.get(id);
    if (value === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    if (stage !== 'AWSCURRENT') {
      const message = `Secrets Manager can't find the specified secret value for staging label: ${String(stage)}`;
      throw new AwsError('ResourceNotFoundException', message);
    }
    return {
      ARN: id,
      // A complete ARN ends in `:<name>-<six characters>`.
      Name: id.replace(/^.*:secret:/, '').replace(/-.{6}$/, ''),
      SecretString: value.secretString,
      VersionId: value.versionId,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: value.since,
    };
  };

  const server: AwsJsonServer = await startAwsJsonServer({
    service: 'The local Secrets Manager',
    operations: { 'secretsmanager.GetSecretValue': getSecretValue },
  });
  return {
    url: server.url,
    get requests() {
      return requests;
    },
    set,
    fail: (mode) => {
      failure = mode;
    },
    stop: () => server.stop(),
  };
}

function failureOf(mode: Exclude<SecretsFailure, 'silent'>): AwsError {
  switch (mode) {
    case 'denied':
      return new AwsError('AccessDeniedException', 'not authorized to perform: secretsmanager:GetSecretValue');
    case 'throttled':
      return new AwsError('ThrottlingException', 'Rate exceeded');
    case 'unavailable':
      return new AwsError('InternalServiceError', 'An error occurred on the server side.', 500);
  }
}
