/** What a failed call to AWS means to the person in front of the screen. */

export interface AwsErrorExplanation {
  /** What happened, in a sentence. */
  readonly found: string;
  readonly remedy: string;
}

const credentials =
  /^(CredentialsProviderError|ExpiredToken\w*|InvalidClientTokenId|UnrecognizedClientException|TokenProviderError|AuthFailure)$/;
const refused = /^(AccessDenied\w*|UnauthorizedOperation|UnauthorizedAccess|NotAuthorized)$/;
const network = /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN)$/;

/** Whether AWS says that there is no such thing, in whichever service's words. */
export function isAbsent(error: unknown): boolean {
  return /NotFound|ResourceNotFoundException|ParameterNotFound|NoSuchEntity|Malformed$/.test(nameOf(error));
}

/** Whether the operator's credentials are the reason, so that each other call would fail as well. */
export function isAboutCredentials(error: unknown): boolean {
  return credentials.test(nameOf(error));
}

export function explainAwsError(error: unknown): AwsErrorExplanation {
  const name = nameOf(error);
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (isAboutCredentials(error)) {
    return {
      found: `No valid AWS credentials found (${name})`,
      remedy: 'Log in (`aws sso login --profile NAME`), or choose another profile: --profile NAME.',
    };
  }
  if (/region is missing/i.test(text)) {
    return { found: 'no region is known', remedy: 'Say it: --region us-east-1 (or AWS_REGION, or the profile).' };
  }
  if (refused.test(name)) {
    return {
      found: `${name}: ${text}`,
      remedy: 'Give your profile this right (reading is enough), or take another profile.',
    };
  }
  if (network.test(codeOf(error)) || name === 'TimeoutError') {
    return {
      found: `AWS cannot be reached (${text || codeOf(error)})`,
      remedy: 'Look at network, proxy and --region.',
    };
  }
  return isFromAws(error)
    ? {
        found: `AWS answers ${name}: ${text.replace(/\.+$/, '')}`,
        remedy: 'Try again, and take the message at its word.',
      }
    : { found: text, remedy: 'MODEL_EVENTS_DEBUG=1 shows where it happened.' };
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
