/**
 * The 4xx answers to PutEvents that are not about the content, for the CLI and the Python package. Every other one is: an unknown
 * error of one event must not stop the others.
 */
export const notAboutContent = {
  /** About the caller, the address, a proxy or the moment. */
  statuses: [401, 402, 403, 404, 405, 407, 408, 421, 423, 425, 426, 428, 429, 451],
  /** Error codes of the other statuses, such as 400. */
  codes:
    '^(?:AccessDenied|AuthFailure|ExpiredToken|InvalidClientTokenId|InvalidSignature|IncompleteSignature|KMS|' +
    'MissingAuthenticationToken|NotAuthorized|OptInRequired|RequestExpired|SignatureDoesNotMatch|Unauthorized|' +
    'UnrecognizedClient|InvalidAccessKeyId|Throttl|RequestThrottled|TooManyRequests|RequestLimitExceeded|' +
    'LimitExceeded|SlowDown|RequestTimeout|RequestAborted|ResourceNotFound|UnknownOperation|OperationDisabled|' +
    'InternalFailure|InternalError|InternalException|ServiceUnavailable|ConcurrentModification)',
} as const;
