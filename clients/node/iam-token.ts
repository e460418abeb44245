import { type AwsCredentialsProvider, type IamTokenOptions, iamTokenSource } from '../../queue/iam-token';
import type { TokenSource } from '../../queue/session';

/** The cache and the user that tokens are signed for. */
export type IamTokenSettings = Pick<IamTokenOptions, 'cacheArn' | 'username'> & {
  /** Credentials of AWS. @default the SDK's default provider, of the optional package `@aws-sdk/credential-provider-node` */
  readonly credentials?: AwsCredentialsProvider;
};

/**
 * A `redis.token` for IAM authentication: signs a token for each connection.
 * @throws TypeError for another ARN than that of a replication group, a Serverless cache or a MemoryDB cluster
 */
export function iamToken({ credentials = defaultCredentials(), ...settings }: IamTokenSettings): TokenSource {
  return iamTokenSource({ ...settings, credentials });
}

/** Loads the SDK's provider with the first token: services without IAM authentication do not need it. */
function defaultCredentials(): AwsCredentialsProvider {
  let provider: Promise<AwsCredentialsProvider> | undefined;
  return async (options) => (await (provider ??= loadDefaultProvider()))(options);
}

async function loadDefaultProvider(): Promise<AwsCredentialsProvider> {
  const sdk = await import('@aws-sdk/credential-provider-node').catch((error: unknown) => {
    if (!/MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new Error('install the package @aws-sdk/credential-provider-node, or give iamToken() the option credentials');
  });
  return sdk.defaultProvider();
}
