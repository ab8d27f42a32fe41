import type { HttpAnswer, Post } from './delivery.ts';

/** More than the platform reads of a document. */
const MOST_BYTES = 256 * 1024;

/**
 * Sends callbacks over HTTP. `reach` says where a public base is listening in truth: what is signed is the public URL,
 * as in production, while the connection goes to a local port.
 *
 * @param mostRealMs a limit on real time, below the one that the platform has in its own time
 */
export function httpPost(
  options: { reach?: Readonly<Record<string, string>>; mostRealMs?: number } = {},
): Post {
  const { reach = {}, mostRealMs = Number.POSITIVE_INFINITY } = options;
  return async ({ url, method, headers, fields }, timeoutMs): Promise<HttpAnswer> => {
    const form = new URLSearchParams(fields);
    const target = locate(url, reach);
    try {
      const response = await fetch(method === 'GET' ? withQuery(target, form) : target, {
        method,
        headers:
          method === 'GET' ? headers : { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
        ...(method === 'GET' ? {} : { body: form.toString() }),
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.min(timeoutMs, mostRealMs)),
      });
      const contentType = response.headers.get('content-type') ?? '';
      return { outcome: 'answered', status: response.status, contentType, body: await textOf(response) };
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      return { outcome: isLate ? 'timed_out' : 'unreachable' };
    }
  };
}

function locate(url: string, reach: Readonly<Record<string, string>>): string {
  const base = Object.keys(reach).find((one) => url === one || url.startsWith(`${one}/`));
  return base === undefined ? url : `${reach[base]}${url.slice(base.length)}`;
}

function withQuery(url: string, form: URLSearchParams): string {
  const target = new URL(url);
  for (const [name, value] of form) target.searchParams.append(name, value);
  return target.href;
}

/** The body as far as it matters: a longer one is too long anyway. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
