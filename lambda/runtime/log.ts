import { jsonText } from '../../contract/rules';

/** What a line says beside its message; values as JSON takes them. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * A function's log: one JSON object a line, as CloudWatch Logs reads it. Written to standard output itself, since Lambda puts a
 * prefix before what `console` writes, and then it is no JSON.
 */
export class Logger {
  /** @param service stands in every line. */
  constructor(private readonly service: string) {}

  info(message: string, fields?: LogFields): void {
    this.write('INFO', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.write('WARN', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.write('ERROR', message, fields);
  }

  private write(level: 'INFO' | 'WARN' | 'ERROR', message: string, fields?: LogFields): void {
    const entry = { level, message, timestamp: new Date().toISOString(), service: this.service, ...fields };
    process.stdout.write(`${jsonText(entry)}\n`);
  }
}
