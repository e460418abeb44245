import type { Problem } from './fields';

/** A configuration that cannot be used. Its message is for the person who wrote it: everything that is wrong, at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(
    message: string,
    /** What is wrong in the file; empty if no file is read. */
    readonly problems: readonly Problem[] = [],
  ) {
    super(message);
  }
}
