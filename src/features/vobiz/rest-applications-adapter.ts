import {
  type Application,
  type ApplicationUrls,
  readApplication,
  readApplicationPage,
} from './application.ts';
import { textIn } from './read-json.ts';
import { type Answered, read } from './rest-answer-adapter.ts';
import type { RestConnection } from './rest-client.ts';

const PER_PAGE = 100;
/** More than any account has; what is behind them is made anew. */
const MOST_PAGES = 50;

export async function getApplication(
  rest: RestConnection,
  account: string,
  id: string,
): Promise<Answered<Application>> {
  return read(await rest.ask(account, 'GET', `Application/${encodeURIComponent(id)}/`), readApplication);
}

/** The application of this name; of several the one with the lowest id, so that everybody means the same. `unknown`: there is none. */
export async function findApplication(
  rest: RestConnection,
  account: string,
  name: string,
): Promise<Answered<Application>> {
  const found: Application[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const path = `Application/?limit=${PER_PAGE}&offset=${page * PER_PAGE}`;
    const answer = read(await rest.ask(account, 'GET', path), readApplicationPage);
    // A list has no such thing as a 404: the account itself is not there.
    if (answer.kind === 'unknown') return { kind: 'refused', status: 404, body: null };
    if (answer.kind !== 'found') return answer;
    found.push(...answer.value.items.filter((one) => one.name === name));
    if (answer.value.items.length < PER_PAGE) break;
  }
  const first = found.sort((a, b) => (a.id < b.id ? -1 : 1))[0];
  return first === undefined ? { kind: 'unknown' } : { kind: 'found', value: first };
}

/** Gives its id. Asked again after a lost answer it makes another: search for the name first. */
export async function createApplication(
  rest: RestConnection,
  account: string,
  name: string,
  urls: ApplicationUrls,
): Promise<Answered<string>> {
  const answer = await rest.ask(account, 'POST', 'Application/', {
    app_name: name,
    application_type: 'XML',
    ...fieldsOf(urls),
  });
  return read(answer, (body) => textIn(body, 'app_id'));
}

export async function updateApplication(
  rest: RestConnection,
  account: string,
  id: string,
  urls: ApplicationUrls,
): Promise<Answered<true>> {
  const path = `Application/${encodeURIComponent(id)}/`;
  return read(await rest.ask(account, 'POST', path, fieldsOf(urls)), () => true as const);
}

function fieldsOf(urls: ApplicationUrls): object {
  return {
    answer_url: urls.answerUrl,
    answer_method: 'POST',
    // Without it, what is said of the end of a call comes to the answer URL.
    hangup_url: urls.hangupUrl,
    hangup_method: 'POST',
    fallback_answer_url: urls.fallbackUrl,
    fallback_method: 'POST',
  };
}
