/** Explains a failed AWS call to the operator. */

export interface AwsErrorExplanation {
  /** What happened, in a sentence. */
  readonly found: string;
  readonly remedy: string;
}

const credentials =
  /^(CredentialsProviderError|ExpiredToken\w*|InvalidClientTokenId|UnrecognizedClientException|TokenProviderError|AuthFailure)$/;
const refused = /^(AccessDenied\w*|UnauthorizedOperation|UnauthorizedAccess|NotAuthorized)$/;
const transient =
  /Throttl|TooManyRequests|LimitExceeded|SlowDown|Timeout|Signature|RequestExpired|Internal|Unavailable|OptInRequired/;
const network = /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN)$/;

/** Whether the error means that the resource does not exist; each service has its own error name. */
export function isAbsent(error: unknown): boolean {
  return /NotFound|ResourceNotFoundException|ParameterNotFound|NoSuchEntity|Malformed$/.test(nameOf(error));
}

/** Whether the operator's credentials are the cause, so that every other call would fail as well. */
export function isAboutCredentials(error: unknown): boolean {
  return credentials.test(nameOf(error));
}

/** Whether the content of the call is at fault: every answer of 4xx that is not about the caller, the resource or the moment. */
export function isAboutContent(error: unknown): boolean {
  const status =
    (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  if (status < 400 || status > 499 || [401, 403, 404, 405, 407, 408, 425, 429].includes(status)) return false;
  return !(
    isAboutCredentials(error) ||
    isAbsent(error) ||
    refused.test(nameOf(error)) ||
    transient.test(nameOf(error))
  );
}

/** As an entry of PutEvents reports its error. */
export function nameAndMessageOf(error: unknown): string {
  return `${nameOf(error)}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
}

export function explainAwsError(error: unknown): AwsErrorExplanation {
  const name = nameOf(error);
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (isAboutCredentials(error)) {
    return {
      found: `No valid AWS credentials found (${name})`,
      remedy: 'Log in (`aws sso login --profile NAME`), or use another profile: --profile NAME.',
    };
  }
  if (/region is missing/i.test(text)) {
    return { found: 'No AWS region found', remedy: 'Use --region us-east-1, AWS_REGION or a profile with a region.' };
  }
  if (refused.test(name)) {
    return {
      found: `${name}: ${text}`,
      remedy: 'Grant your profile this permission, or use another profile.',
    };
  }
  if (network.test(codeOf(error)) || name === 'TimeoutError') {
    return {
      found: `AWS cannot be reached (${text || codeOf(error)})`,
      remedy: 'Check network, proxy and --region.',
    };
  }
  return isFromAws(error)
    ? {
        found: `AWS returned ${name}: ${text.replace(/\.+$/, '')}`,
        remedy: 'Fix what the message names, and try again.',
      }
    : { found: text, remedy: 'Set MODEL_EVENTS_DEBUG=1 for the stack trace.' };
}

function isFromAws(error: unknown): boolean {
  return typeof error === 'object' && error !== null && '$metadata' in error;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
