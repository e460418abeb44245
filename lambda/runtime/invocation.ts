import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { functionDimension, functionMetrics } from '../../contract/metrics';
import { createLogger } from './logger';
import { FunctionMetrics } from './metrics';

/** What a function reports with. */
export interface Telemetry {
  readonly logger: Logger;
  /** The function's folder in `lambda/`. */
  readonly functionName: string;
  /** Value of the metrics' dimension `Environment`. */
  readonly environment: string;
}

/** @param environment the deployed environment's name */
export const telemetryOf = (functionName: string, environment: string): Telemetry => ({
  logger: createLogger(`model-events-${functionName}`),
  functionName,
  environment,
});

/**
 * Wraps a handler: every line that it logs carries the request's ids, the first invocation of a process counts as a cold start,
 * and an error is logged with its stack and its causes before Lambda gets it.
 */
export function withTelemetry<Event, Result>(
  { logger, functionName, environment }: Telemetry,
  handler: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  const metrics = new FunctionMetrics(environment, functionMetrics);
  // With provisioned concurrency no invocation waits for the start.
  let cold = process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'on-demand';
  return async (event, context) => {
    logger.refreshSampleRateCalculation();
    logger.resetKeys();
    logger.addContext(context);
    if (cold) metrics.emit({ ColdStart: 1 }, { [functionDimension]: functionName });
    cold = false;
    try {
      return await handler(event, context);
    } catch (error) {
      logger.error('invocation failed', error as Error);
      throw error;
    }
  };
}
