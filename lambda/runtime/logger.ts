import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { escapeInvisible } from '../../contract/invisible-characters';

/**
 * A function's logger: one JSON object a line. `POWERTOOLS_LOG_LEVEL`, `POWERTOOLS_LOGGER_SAMPLE_RATE` and Lambda's advanced logging
 * controls (`AWS_LAMBDA_LOG_LEVEL`, which wins) set what is written.
 * @param service the value of `service` in every line
 */
export function createLogger(service: string): Logger {
  return new Logger({
    serviceName: service,
    logFormatter: new FunctionLogFormatter(),
    jsonReplacerFn: (_, value: unknown) => (typeof value === 'string' ? withoutInvisible(value) : value),
  });
}

/** TypeScript's library does not know it yet; Node 22 does. */
declare const JSON: globalThis.JSON & { rawJSON(text: string): unknown };

const visibleAscii = /^[ -~]*$/;

/** A text from an event may contain what changes how a terminal shows the line: as JSON escapes the value stays the same. */
function withoutInvisible(value: string): unknown {
  if (visibleAscii.test(value)) return value;
  const json = JSON.stringify(value);
  const escaped = escapeInvisible(json);
  return escaped === json ? value : JSON.rawJSON(escaped);
}

class FunctionLogFormatter extends LogFormatter {
  override formatAttributes(base: UnformattedAttributes, additional: LogAttributes): LogItem {
    const context = base.lambdaContext;
    return new LogItem({
      attributes: {
        level: base.logLevel,
        message: base.message,
        timestamp: this.formatTimestamp(base.timestamp),
        service: base.serviceName,
        cold_start: context?.coldStart,
        function_name: context?.functionName,
        function_version: context?.functionVersion,
        function_request_id: context?.awsRequestId,
        sampling_rate: base.sampleRateValue === 0 ? undefined : base.sampleRateValue,
        xray_trace_id: base.xRayTraceId,
      },
    }).addAttributes(additional);
  }

  /** Only these members: clients attach their commands with all arguments, such as the token of AUTH, to their errors. */
  override formatError({ name, message, stack, cause }: Error): LogAttributes {
    return { name, message, stack, ...(cause instanceof Error ? { cause: this.formatError(cause) } : {}) };
  }
}
