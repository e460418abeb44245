/**
 * A failed AWS call as one line: what was done, the service's name for the fault, its text. Nothing else of the SDK's error is kept,
 * since whatever is thrown is logged with all its fields.
 * @param secrets texts that must not appear, should the service repeat what it was sent.
 * @param shownAs what appears in their place
 */
export function awsFailure(doing: string, error: unknown, secrets: readonly string[] = [], shownAs = '<token>'): Error {
  const { name, message } = error as Error;
  const text = `${doing} failed: ${name}: ${message}`;
  return new Error(secrets.reduce((shown, secret) => shown.replaceAll(secret, shownAs), text));
}
