import type { Answer } from './answer';

/** An answer as any HTTP server gives it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Nothing of it may be kept: it is out of date at once. */
export function httpAnswer({ status, contentType, body, allow }: Answer): HttpAnswer {
  return {
    status,
    headers: {
      'content-type': contentType,
      'cache-control': 'no-store',
      ...(allow === undefined ? {} : { allow }),
    },
    body: JSON.stringify(body),
  };
}
