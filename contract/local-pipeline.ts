/** How the operators' program finds the bus, the buffer and the logs of the `make local` that runs on this machine. */

/** The file with a {@link LocalPipelineFile}, in the folder of the local Redis. */
export const localPipelineFile = 'pipeline.json';

/** The file with the lines that the local functions wrote, in the same folder. */
export const localLogFile = 'functions.log';

export interface LocalPipelineFile {
  /** Where EventBridge's and SQS's calls are answered. */
  readonly endpoint_url: string;
  readonly bus_name: string;
  /** Of `make local`; a file whose process has ended is ignored. */
  readonly process_id: number;
}

/** Selects one of several running `make local`: the port of its event bus. The files of its consumers set it. */
export const localPortVariable = 'MODEL_EVENTS_LOCAL_PORT';
