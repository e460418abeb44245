/** Explains a failed AWS call to the operator. */
import { notAboutContent } from '../contract/bus-refusals';

export interface AwsErrorExplanation {
  /** What happened, in a sentence. */
  readonly found: string;
  readonly remedy: string;
}

const credentials =
  /^(CredentialsProviderError|ExpiredToken\w*|InvalidClientTokenId|UnrecognizedClientException|TokenProviderError|AuthFailure)$/;
const refused = /^(AccessDenied\w*|UnauthorizedOperation|UnauthorizedAccess|NotAuthorized)$/;
const notContentCodes = new RegExp(notAboutContent.codes);
const network = /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN)$/;
/** How the SDK calls, and describes, an answer without a body, as a proxy gives it. */
const unnamed = /^Unknown(Error)?$/;

/** Whether the error means that the resource does not exist; each service has its own error name. */
export function isAbsent(error: unknown): boolean {
  return /NotFound|ResourceNotFoundException|ParameterNotFound|NoSuchEntity|Malformed$/.test(nameOf(error));
}

/** Whether the operator's credentials are the cause, so that every other call would fail as well. */
export function isAboutCredentials(error: unknown): boolean {
  return credentials.test(nameOf(error));
}

/** Whether the content of a call of PutEvents is at fault. */
export function isAboutContent(error: unknown): boolean {
  const status = statusOf(error);
  if (status < 400 || status > 499 || (notAboutContent.statuses as readonly number[]).includes(status)) return false;
  return !notContentCodes.test(nameOf(error));
}

/** As an entry of PutEvents reports its error. */
export function nameAndMessageOf(error: unknown): string {
  const [name, text] = [nameOf(error), textOf(error)];
  return unnamed.test(name) ? text : `${name}: ${text}`;
}

/** @param environment the variables that the AWS SDK has read; AWS_PROFILE also if it was an option */
export function explainAwsError(
  error: unknown,
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
): AwsErrorExplanation {
  const { found, remedy } = explained(error, environment);
  const isMisdirected = isAboutCredentials(error) || isAboutNetwork(error) || isAbsent(error);
  return { found, remedy: isMisdirected ? remedy + endpointHint(environment) : remedy };
}

/** Names a variable that is left over from work with an emulator; empty where none is set. */
export function endpointHint(environment: Readonly<NodeJS.ProcessEnv> = process.env): string {
  const name = Object.keys(environment).find((each) => /^AWS_ENDPOINT_URL(_|$)/.test(each));
  return name === undefined
    ? ''
    : ` ${name} is set: calls go to ${environment[name] ?? ''} instead of AWS. \`unset ${name}\` if that is not intended.`;
}

function explained(error: unknown, environment: Readonly<NodeJS.ProcessEnv>): AwsErrorExplanation {
  const name = nameOf(error);
  const text = textOf(error);
  const profile = environment['AWS_PROFILE'] ?? '';
  if (isAboutCredentials(error) && profile !== '') {
    return {
      found: `No valid AWS credentials found for the profile "${profile}" (${name})`,
      remedy: `Log in (\`aws sso login --profile ${profile}\`), or use another one of \`aws configure list-profiles\`: --profile NAME.`,
    };
  }
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
  if (isAboutNetwork(error)) {
    return {
      found: `AWS cannot be reached (${text || codeOf(error)})`,
      remedy: 'Check network, proxy and --region.',
    };
  }
  return isFromAws(error)
    ? {
        found: `AWS returned ${nameAndMessageOf(error).replace(/\.+$/, '')}`,
        remedy: 'Fix what the message names, and try again.',
      }
    : { found: text, remedy: 'Set MODEL_EVENTS_DEBUG=1 for the stack trace.' };
}

const isAboutNetwork = (error: unknown): boolean => network.test(codeOf(error)) || nameOf(error) === 'TimeoutError';

function isFromAws(error: unknown): boolean {
  return typeof error === 'object' && error !== null && '$metadata' in error;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** The first line of the message. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message.split('\n')[0] ?? '';
  return unnamed.test(text) && statusOf(error) > 0 ? `HTTP ${statusOf(error)} without an explanation` : text;
}

/** The HTTP status of AWS' answer; 0 without an answer. */
function statusOf(error: unknown): number {
  return (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
