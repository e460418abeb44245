/** Reads a function's environment variables and collects everything that is wrong with them. */
export class EnvironmentReader {
  private readonly problems: string[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** A variable that must be there. */
  text(name: string): string {
    const value = this.env[name] ?? '';
    if (value === '') this.problems.push(`${name} is missing`);
    return value;
  }

  /** A whole number in a range. */
  wholeNumber(name: string, least: number, most: number): number {
    const value = this.text(name);
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (value !== '' && !(number >= least && number <= most)) {
      this.problems.push(`${name} must be a whole number from ${least} to ${most}, got "${value.slice(0, 40)}"`);
    }
    return number;
  }

  /** A value that `parse` makes of the variable; what it throws is a problem. */
  parsed<Value>(name: string, parse: (text: string) => Value): Value | undefined {
    const value = this.text(name);
    if (value === '') return undefined;
    try {
      return parse(value);
    } catch (error) {
      this.problems.push(`${name}: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** @throws Error with all problems; the function then fails at its start, where its configuration is to blame. */
  check(): void {
    if (this.problems.length > 0) {
      throw new Error(`the function's environment is wrong (the infrastructure sets it): ${this.problems.join('; ')}`);
    }
  }
}
