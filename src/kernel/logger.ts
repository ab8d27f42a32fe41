import pino from 'pino';
import { scrub } from './scrub.ts';
import { traceId } from './tracing.ts';

export type Logger = pino.Logger;
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * One JSON object a line. Callers log ids and codes; what an error of a library carries is cut to its name, message, code
 * and stack, and every line passes the scrubber, so that a number in a message of somebody else's does not get out.
 */
export function createLogger(level: LogLevel, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: errorView },
    hooks: { streamWrite: scrub },
    mixin: () => {
      const id = traceId();
      return id === null ? {} : { trace_id: id };
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Postgres errors carry `detail` and `where`, which quote values of rows. */
function errorView(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? { code: String(error.code) } : {};
  return { type: error.name, message: error.message, ...code, stack: error.stack };
}
