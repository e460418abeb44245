import type { RemovalPolicy } from 'aws-cdk-lib';
import { CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { redisUserSecretParameter } from '../contract/parameter-names';
import { redisUserId, redisUsers, redisUserSecret } from '../contract/redis-users';
import type { Subscription } from '../contract/subscriptions';

export interface RedisUsersProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly subscriptions: readonly Subscription[];
  /** Of the secrets. */
  readonly key: IKey;
  readonly excludeCharacters: string;
  readonly removalPolicy: RemovalPolicy;
}

/** The users of a created Redis, each with a secret of its own and the rights of the scripts that it runs. */
export class RedisUsers extends Construct {
  /** By name: `publisher`, `operator`, and the services of the subscriptions. */
  readonly secrets: Readonly<Record<string, ISecret>>;
  readonly group: CfnUserGroup;

  constructor(scope: Construct, id: string, props: RedisUsersProps) {
    super(scope, id);
    const { environment, removalPolicy } = props;
    const secrets: Record<string, ISecret> = {};
    const users = redisUsers(props.subscriptions).map(({ name, accessString }) => {
      const userId = redisUserId(environment, name);
      const secret = new Secret(this, `${name}-secret`, {
        secretName: redisUserSecret(environment, name),
        description: `Redis user ${userId}; ElastiCache accepts this password and the one before`,
        encryptionKey: props.key,
        generateSecretString: {
          secretStringTemplate: JSON.stringify({ username: userId }),
          generateStringKey: 'password',
          passwordLength: 64,
          excludeCharacters: props.excludeCharacters,
        },
        removalPolicy,
      });
      secrets[name] = secret as ISecret;
      new StringParameter(this, `${name}-parameter`, {
        parameterName: redisUserSecretParameter(environment, name),
        stringValue: secret.secretArn,
      }).applyRemovalPolicy(removalPolicy);
      // An update resolves the reference again: it sets the current password and ends the one before, which the rotation had left valid.
      const user = new CfnUser(this, name, {
        userId,
        userName: userId,
        engine: 'valkey',
        accessString,
        authenticationMode: { Type: 'password', Passwords: [secret.secretValueFromJson('password').unsafeUnwrap()] },
      });
      user.applyRemovalPolicy(removalPolicy);
      return user;
    });
    this.secrets = secrets;
    this.group = new CfnUserGroup(this, 'Group', {
      userGroupId: `hokusai-redis-${environment}`,
      engine: 'valkey',
      userIds: users.map(({ ref }) => ref),
    });
    this.group.applyRemovalPolicy(removalPolicy);
  }
}
