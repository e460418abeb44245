/** How long one attempt of an AWS call may take, and how many there are. */
interface AwsLimits {
  readonly maxAttempts: number;
  readonly connectMs: number;
  readonly requestMs: number;
}

/** Enough for a service that answers, and so short that a function can name the one that does not before its own time is over. */
const usualLimits: AwsLimits = { maxAttempts: 2, connectMs: 1000, requestMs: 2000 };

/** The limits as every client of the AWS SDK takes them. */
export function clientLimits({ maxAttempts, connectMs, requestMs }: AwsLimits = usualLimits) {
  // Without throwOnRequestTimeout the SDK logs that a request took too long, and goes on waiting.
  return {
    maxAttempts,
    requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs, throwOnRequestTimeout: true },
  } as const;
}
