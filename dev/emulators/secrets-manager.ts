/** Secrets Manager on a loopback port, as far as the functions use it, for programs that take AWS_ENDPOINT_URL_SECRETS_MANAGER. */
import { randomUUID } from 'node:crypto';
import { AwsError, startAwsJsonServer, type AwsJsonServer, type AwsOperation } from './aws-json-server';
import { StoredSecret } from './secret-store';

/**
 * How a call fails: `denied` (no right), `throttled` and `unavailable` (an error of the service), `silent` (the call is accepted
 * and never answered, as in a network without an endpoint), `answer-lost` (it is done, but the caller receives an error).
 */
export type SecretsFailure = 'denied' | 'throttled' | 'unavailable' | 'silent' | 'answer-lost';

/** The operations that are answered. */
export type SecretsOperation = 'DescribeSecret' | 'GetSecretValue' | 'PutSecretValue' | 'UpdateSecretVersionStage';

/** What Secrets Manager hands to a rotation function. */
export interface RotationRequest {
  readonly Step: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

export interface LocalSecretsManager {
  /** The value for AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  readonly url: string;
  /** GetSecretValue calls so far, failed ones included. */
  readonly requests: number;
  /** Creates the secret or gives it a new value. */
  set(arn: string, secretString: string): void;
  /** Deletes the secret, with all its versions. */
  remove(arn: string): void;
  /** The value that has the label. @param label @default 'AWSCURRENT' */
  valueOf(arn: string, label?: string): string;
  /** Makes the current version as old as this. */
  age(arn: string, seconds: number): void;
  /** The version that has the label; nothing where none has. */
  versionOf(arn: string, label: string): string | undefined;
  /** Only the first half of RotateSecret: rotation is enabled, and there is a version without a value. Returns its id. */
  beginRotation(arn: string, versionId?: string): string;
  /**
   * RotateSecret: the four steps, one after the other. What `invoke` throws ends it; the next one must have the same version id, as
   * Secrets Manager's own next attempt has. Returns the new version's id.
   */
  rotate(arn: string, invoke: (request: RotationRequest) => Promise<unknown>, versionId?: string): Promise<string>;
  /** From now on every call, or those of one operation, fail in this way; `undefined` ends it. */
  fail(mode: SecretsFailure | undefined, operation?: SecretsOperation): void;
  stop(): Promise<void>;
}

/** @param secrets secret strings by complete ARN; nothing else finds them, as the deployed functions' rights are for the ARN */
export async function startSecretsManager(secrets: Readonly<Record<string, string>>): Promise<LocalSecretsManager> {
  const stored = new Map<string, StoredSecret>();
  const secretAt = (id: unknown): StoredSecret => {
    if (typeof id !== 'string' || id === '') throw new AwsError('ValidationException', 'SecretId is required');
    const secret = stored.get(id);
    if (secret === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return secret;
  };
  const set = (arn: string, secretString: string): void => {
    const secret = stored.get(arn) ?? new StoredSecret(arn);
    stored.set(arn, secret);
    secret.put(secretString);
  };
  for (const [arn, secretString] of Object.entries(secrets)) set(arn, secretString);

  let failure: { readonly mode: SecretsFailure; readonly operation: SecretsOperation | undefined } | undefined;
  let requests = 0;
  const operation = (name: SecretsOperation, work: AwsOperation): [string, AwsOperation] => [
    `secretsmanager.${name}`,
    (input) => {
      if (name === 'GetSecretValue') requests += 1;
      const mode = failure?.operation === undefined || failure.operation === name ? failure?.mode : undefined;
      if (mode === 'silent') return new Promise(() => undefined);
      if (mode !== undefined && mode !== 'answer-lost') throw failureOf(mode, name);
      const answer = work(input);
      if (mode === 'answer-lost') throw failureOf('unavailable', name);
      return answer;
    },
  ];

  const server: AwsJsonServer = await startAwsJsonServer({
    service: 'The local Secrets Manager',
    operations: Object.fromEntries([
      operation('DescribeSecret', (input) => {
        const { arn, name, rotationEnabled, lastRotatedSeconds, labels } = secretAt(input['SecretId']);
        return {
          ARN: arn,
          Name: name,
          RotationEnabled: rotationEnabled,
          LastRotatedDate: lastRotatedSeconds,
          VersionIdsToStages: labels,
        };
      }),
      operation('GetSecretValue', (input) => {
        const secret = secretAt(input['SecretId']);
        const version = secret.find(textIn(input, 'VersionId'), textIn(input, 'VersionStage'));
        return {
          ARN: secret.arn,
          Name: secret.name,
          SecretString: version.secretString,
          VersionId: version.id,
          VersionStages: [...version.labels],
          CreatedDate: version.createdSeconds,
        };
      }),
      operation('PutSecretValue', (input) => {
        const secret = secretAt(input['SecretId']);
        const labels = input['VersionStages'] as string[] | undefined;
        const version = secret.put(textIn(input, 'SecretString') ?? '', textIn(input, 'ClientRequestToken'), labels);
        return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.labels] };
      }),
      operation('UpdateSecretVersionStage', (input) => {
        const secret = secretAt(input['SecretId']);
        const [to, from] = [textIn(input, 'MoveToVersionId'), textIn(input, 'RemoveFromVersionId')];
        secret.move(textIn(input, 'VersionStage') ?? '', to, from);
        return { ARN: secret.arn, Name: secret.name };
      }),
    ]),
  });

  return {
    url: server.url,
    get requests() {
      return requests;
    },
    set,
    remove: (arn) => {
      stored.delete(arn);
    },
    age: (arn, seconds) => {
      secretAt(arn).find(undefined, 'AWSCURRENT').createdSeconds = Date.now() / 1000 - seconds;
    },
    valueOf: (arn, label = 'AWSCURRENT') => secretAt(arn).find(undefined, label).secretString,
    versionOf: (arn, label) => secretAt(arn).holderOf(label)?.id,
    beginRotation: (arn, versionId = randomUUID()) => {
      secretAt(arn).beginRotation(versionId);
      return versionId;
    },
    rotate: async (arn, invoke, versionId = randomUUID()) => {
      const secret = secretAt(arn);
      secret.beginRotation(versionId);
      for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const) {
        await invoke({ Step: step, SecretId: arn, ClientRequestToken: versionId });
      }
      secret.endRotation(versionId);
      return versionId;
    },
    fail: (mode, only) => {
      failure = mode === undefined ? undefined : { mode, operation: only };
    },
    stop: () => server.stop(),
  };
}

function textIn(input: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new AwsError('ValidationException', `${name} must be a string`);
}

function failureOf(mode: Exclude<SecretsFailure, 'silent' | 'answer-lost'>, operation: SecretsOperation): AwsError {
  switch (mode) {
    case 'denied':
      return new AwsError('AccessDeniedException', `not authorized to perform: secretsmanager:${operation}`);
    case 'throttled':
      return new AwsError('ThrottlingException', 'Rate exceeded');
    case 'unavailable':
      return new AwsError('InternalServiceError', 'An error occurred on the server side.', 500);
  }
}
