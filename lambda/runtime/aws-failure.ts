/**
 * A failed AWS call as one line: what was done, the service's name for the fault, its text. Nothing else of the SDK's error is kept,
 * since whatever is thrown is logged with all its fields.
 * @param secret text that must not appear, should the service repeat what it was sent.
 */
export function awsFailure(doing: string, error: unknown, secret?: string): Error {
  const { name, message } = error as Error;
  const text = `${doing} failed: ${name}: ${message}`;
  return new Error(secret === undefined ? text : text.replaceAll(secret, '<token>'));
}
