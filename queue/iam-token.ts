import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { iamCacheIn } from '../contract/iam-cache';
import type { TokenSource } from './session';

/** Credentials of AWS, as the SDK's providers return them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A provider of the AWS SDK, which keeps the credentials until they expire. `forceRefresh` reads them again. */
export type AwsCredentialsProvider = (options?: { readonly forceRefresh?: boolean }) => Promise<AwsCredentials>;

export interface IamTokenOptions {
  /** ARN of the replication group, Serverless cache or MemoryDB cluster. */
  readonly cacheArn: string;
  /** Id of the user, which is its name too. */
  readonly username: string;
  readonly credentials: AwsCredentialsProvider;
}

/** How long a token can be used, the most that AWS accepts: a connection uses it at once. */
const tokenSeconds = 900;

/**
 * Signs a token for each connection, without a call to AWS: the presigned URL of the action `connect` ("Authenticating with IAM" in
 * the ElastiCache and the MemoryDB guide).
 * @throws TypeError for another ARN than that of a cache
 */
export function iamTokenSource({ cacheArn, username, credentials }: IamTokenOptions): TokenSource {
  const { service, region, name, isServerless } = iamCacheIn(cacheArn);
  return async (fresh) => {
    try {
      const signer = new SignatureV4({
        service,
        region,
        sha256: Sha256,
        credentials: () => credentials({ forceRefresh: fresh }),
      });
      const { query } = await signer.presign(
        {
          method: 'GET',
          protocol: 'http:',
          hostname: name,
          path: '/',
          headers: { host: name },
          query: {
            Action: 'connect',
            User: username,
            ...(isServerless ? { ResourceType: 'ServerlessCache' } : {}),
          },
        },
        { expiresIn: tokenSeconds },
      );
      const token = `${name}/?${new URLSearchParams(query as Record<string, string>).toString()}`;
      return { username, token, iam: true };
    } catch (error) {
      const { name: fault, message } = error as Error;
      throw new Error(`cannot sign the IAM token of ${username} for ${name}: ${fault}: ${message}`, { cause: error });
    }
  };
}
