import type { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnACL, CfnUser as CfnMemoryDbUser } from 'aws-cdk-lib/aws-memorydb';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { UserService } from '../config/created-redis';
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
  readonly service: UserService;
  /** Whether they authenticate with IAM instead of passwords; there are no secrets then. */
  readonly iam: boolean;
  /** Whether the publisher waits for replicas; ElastiCache refuses rights to commands that the cache does not have. */
  readonly waits: boolean;
}

/** The users of a created Redis, each with the rights of the scripts that it runs and, without IAM, a secret of its own. */
export class RedisUsers extends Construct {
  /** By name: `publisher`, `operator`, and the services of the subscriptions; empty with IAM. */
  readonly secrets: Record<string, ISecret> = {};
  /** Of the user group, or of MemoryDB's access control list. */
  readonly groupName: string;

  constructor(scope: Construct, id: string, props: RedisUsersProps) {
    super(scope, id);
    const { environment, removalPolicy } = props;
    const users = redisUsers(props.subscriptions, { waits: props.waits }).map(({ name, accessString }) => {
      const userId = redisUserId(environment, name);
      const authenticationMode = props.iam ? { Type: 'iam' } : this.passwordOf(name, userId, props);
      const user =
        props.service === 'memorydb'
          ? new CfnMemoryDbUser(this, name, { userName: userId, accessString, authenticationMode })
          : new CfnUser(this, name, { userId, userName: userId, engine: 'valkey', accessString, authenticationMode });
      user.applyRemovalPolicy(removalPolicy);
      return user.ref;
    });
    const groupName = `hokusai-redis-${environment}`;
    const group: CfnResource & { readonly ref: string } =
      props.service === 'memorydb'
        ? new CfnACL(this, 'Group', { aclName: groupName, userNames: users })
        : new CfnUserGroup(this, 'Group', { userGroupId: groupName, engine: 'valkey', userIds: users });
    group.applyRemovalPolicy(removalPolicy);
    this.groupName = group.ref;
  }
  /** Creates the secret with the user's password, and names it to other stacks. */
  private passwordOf(
    name: string,
    userId: string,
    { environment, key, excludeCharacters, removalPolicy }: RedisUsersProps,
  ): { readonly Type: string; readonly Passwords: string[] } {
    const secret = new Secret(this, `${name}-secret`, {
      secretName: redisUserSecret(environment, name),
      description: `Redis user ${userId}; ElastiCache accepts this password and the one before`,
      encryptionKey: key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: userId }),
        generateStringKey: 'password',
        passwordLength: 64,
        excludeCharacters,
      },
      removalPolicy,
    });
    this.secrets[name] = secret as ISecret;
    new StringParameter(this, `${name}-parameter`, {
      parameterName: redisUserSecretParameter(environment, name),
      stringValue: secret.secretArn,
    }).applyRemovalPolicy(removalPolicy);
    // An update resolves the reference again: it sets the current password and ends the one before, which the rotation had left valid.
    const password = secret.secretValueFromJson('password').unsafeUnwrap();
    return { Type: 'password', Passwords: [password] };
  }
}
