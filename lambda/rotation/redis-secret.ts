import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { credentialsIn, type RedisCredentials } from '../../queue/secret-text';
import { awsFailure } from '../runtime/aws-failure';

/** Label of the version that was last handed to ElastiCache: the newest token there, whether or not that rotation was ended. */
const sentLabel = 'SENT_TO_REDIS';

/** The metadata of a secret. */
export interface SecretDescription {
  readonly arn: string;
  readonly name: string;
  readonly rotationEnabled: boolean;
  /** Labels by version id; versions without a label are missing. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

/** One version's value. */
export interface SecretVersion extends RedisCredentials {
  readonly id: string;
  readonly text: string;
  readonly createdMs: number;
}

/** The versions of the secret that holds the auth token. */
export class RedisSecret {
  constructor(
    private readonly client: SecretsManagerClient,
    readonly arn: string,
  ) {}

  async describe(): Promise<SecretDescription> {
    const found = await this.call('DescribeSecret', () =>
      this.client.send(new DescribeSecretCommand({ SecretId: this.arn })),
    );
    return {
      arn: found.ARN ?? this.arn,
      name: found.Name ?? '',
      rotationEnabled: found.RotationEnabled === true,
      labels: labelsIn(found),
    };
  }

  /** The version in use. */
  async current(): Promise<SecretVersion> {
    const version = await this.read('AWSCURRENT');
    if (version === undefined) throw new Error(`secret ${this.arn} has no value: write {"auth_token": "…"} into it`);
    return version;
  }

  /** The version that a rotation makes; nothing before its value is written. */
  pending(id: string): Promise<SecretVersion | undefined> {
    return this.read('AWSPENDING', id);
  }

  /** The version that was last handed to ElastiCache by this function; nothing before the first time. */
  sent(): Promise<SecretVersion | undefined> {
    return this.read(sentLabel);
  }

  /** Writes the value of a rotation's version. A second time with the same text has no effect. */
  async writePending(id: string, text: string): Promise<void> {
    await this.call('PutSecretValue', () =>
      this.client.send(
        new PutSecretValueCommand({
          SecretId: this.arn,
          ClientRequestToken: id,
          SecretString: text,
          VersionStages: ['AWSPENDING'],
        }),
      ),
    );
  }

  markSent(id: string): Promise<void> {
    return this.move(sentLabel, id);
  }

  /** Ends a rotation: this version becomes AWSCURRENT. */
  async makeCurrent(id: string): Promise<void> {
    await this.move('AWSCURRENT', id);
    // Otherwise the label would point to an old version after the next manual change, and block every rotation.
    await this.move('AWSPENDING', undefined);
  }

  private async move(label: string, to: string | undefined): Promise<void> {
    const { labels } = await this.describe();
    const from = Object.keys(labels).find((id) => labels[id]?.includes(label));
    if (from === to) return;
    await this.call('UpdateSecretVersionStage', () =>
      this.client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: this.arn,
          VersionStage: label,
          MoveToVersionId: to,
          RemoveFromVersionId: from,
        }),
      ),
    );
  }

  private async read(label: string, id?: string): Promise<SecretVersion | undefined> {
    const found = await this.call('GetSecretValue', async () => {
      try {
        return await this.client.send(
          new GetSecretValueCommand({ SecretId: this.arn, VersionId: id, VersionStage: label }),
        );
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    });
    if (found?.VersionId === undefined || found.SecretString === undefined) return undefined;
    return {
      id: found.VersionId,
      text: found.SecretString,
      ...credentialsIn(found.SecretString),
      createdMs: found.CreatedDate?.getTime() ?? 0,
    };
  }

  private async call<Answer>(operation: string, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      throw awsFailure(`${operation} of ${this.arn}`, error);
    }
  }
}

function labelsIn(found: DescribeSecretCommandOutput): Readonly<Record<string, readonly string[]>> {
  return found.VersionIdsToStages ?? {};
}
