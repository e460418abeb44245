import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { awsFailure } from '../runtime/aws-failure';
import { before, type Deadline } from '../runtime/deadline';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The age of the Redis token. A function's process keeps what it read for an hour: a token's age changes slowly. */
export class TokenAge {
  private writtenMs = 0;
  private readMs = -Infinity;

  constructor(
    private readonly client: SecretsManagerClient,
    private readonly secretArn: string,
  ) {}

  /**
   * Days since the version with the label AWSCURRENT was written.
   * @throws Error that contains no token
   */
  async days(deadline: Deadline, nowMs = Date.now()): Promise<number> {
    if (nowMs - this.readMs >= hourMs) {
      const doing = `reading the age of ${this.secretArn}`;
      try {
        const command = new GetSecretValueCommand({ SecretId: this.secretArn });
        const { CreatedDate } = await before(deadline, doing, this.client.send(command));
        this.writtenMs = CreatedDate?.getTime() ?? nowMs;
        this.readMs = nowMs;
      } catch (error) {
        throw awsFailure(doing, error);
      }
    }
    return Math.max(0, nowMs - this.writtenMs) / dayMs;
  }
}
