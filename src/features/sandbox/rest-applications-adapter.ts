import { Router } from 'express';
import type { Application } from './estate.ts';
import { isOf } from './live-calls.ts';
import { openApplication } from './provisioning.ts';
import { type Body, type Desk, invalid, methodOf, notFound, Refusal, textOf, urlOf } from './rest-answers.ts';
import { byOffset } from './rest-paging.ts';

/** `/Account/{id}/Application/`. Paths end with a slash. */
export function applicationRoutes(deskOf: (locals: Record<string, unknown>) => Desk): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const find = ({ network, account }: Desk, id: string): Application => {
    const application = network.estate.applications.get(id);
    if (application === undefined || !isOf(account, application.owner)) throw notFound('Application');
    return application;
  };

  router.post('/Application/', (req, res) => {
    const { network, account } = deskOf(res.locals);
    const body: Body = req.body;
    const name = textOf(body, 'app_name');
    if (name === null || !/^[A-Za-z0-9_-]+$/.test(name))
      throw invalid('app_name is required', 'letters, digits, - and _ only');
    if (urlOf(body, 'answer_url') === null) throw invalid('answer_url is required');
    if (textOf(body, 'answer_method') === null) throw invalid('answer_method is required');
    const subAccount = textOf(body, 'sub_account');
    const application = openApplication(network, account, {
      ...changesOf(body),
      name,
      answerUrl: urlOf(body, 'answer_url') ?? '',
      subAccount,
    });
    const ids = { api_id: network.chance.uuid(), app_id: application.id };
    res.status(network.switches.createStatus).json({ ...ids, message: 'created' });
  });

  router.get('/Application/', (req, res) => {
    const { network, account } = deskOf(res.locals);
    const own = [...network.estate.applications.values()]
      .filter(({ owner }) => isOf(account, owner))
      .map(viewOf);
    const path = `/v1/Account/${account.authId}/Application/`;
    res.json({ api_id: network.chance.uuid(), ...byOffset(own, req.query, path) });
  });

  router.get('/Application/:app_id/', (req, res) => {
    const desk = deskOf(res.locals);
    res.json({ api_id: desk.network.chance.uuid(), ...viewOf(find(desk, req.params.app_id)) });
  });

  router.post('/Application/:app_id/', (req, res) => {
    const desk = deskOf(res.locals);
    const application = find(desk, req.params.app_id);
    const body: Body = req.body;
    if (body.sub_account !== undefined && body.sub_account !== application.subAccount)
      throw invalid('sub_account cannot be changed');
    Object.assign(application, changesOf(body));
    res.json({ api_id: desk.network.chance.uuid(), app_id: application.id, message: 'changed' });
  });

  router.delete('/Application/:app_id/', (req, res) => {
    const desk = deskOf(res.locals);
    const application = find(desk, req.params.app_id);
    const attached = [...desk.network.estate.numbers.values()].filter(
      (one) => one.application === application,
    );
    if (attached.length > 0 && desk.network.switches.deleteAttachedApplication === 'conflict')
      throw new Refusal(409, 'APPLICATION_IN_USE', 'Numbers are attached to this application', {
        numbers: attached.map(({ e164 }) => e164),
      });
    for (const number of attached) number.application = null;
    desk.network.estate.applications.delete(application.id);
    res.status(204).end();
  });
  return router;
}

/** What is named in the body, under the names of the estate. */
function changesOf(body: Body): Partial<Application> {
  const changes: Partial<Application> = {};
  const name = textOf(body, 'app_name');
  if (name !== null) changes.name = name;
  const answerUrl = urlOf(body, 'answer_url');
  if (answerUrl !== null) changes.answerUrl = answerUrl;
  if (body.answer_method !== undefined) changes.answerMethod = methodOf(body, 'answer_method');
  if (body.hangup_url !== undefined) changes.hangupUrl = urlOf(body, 'hangup_url');
  if (body.hangup_method !== undefined) changes.hangupMethod = methodOf(body, 'hangup_method');
  if (body.fallback_answer_url !== undefined) changes.fallbackUrl = urlOf(body, 'fallback_answer_url');
  if (body.fallback_method !== undefined) changes.fallbackMethod = methodOf(body, 'fallback_method');
  if (body.message_url !== undefined) changes.messageUrl = urlOf(body, 'message_url');
  if (body.message_method !== undefined) changes.messageMethod = methodOf(body, 'message_method');
  if (typeof body.enabled === 'boolean') changes.enabled = body.enabled;
  return changes;
}

export function viewOf(application: Application) {
  return {
    app_id: application.id,
    app_name: application.name,
    application_type: 'XML',
    answer_url: application.answerUrl,
    answer_method: application.answerMethod,
    hangup_url: application.hangupUrl ?? '',
    hangup_method: application.hangupMethod,
    fallback_answer_url: application.fallbackUrl ?? '',
    fallback_method: application.fallbackMethod,
    message_url: application.messageUrl ?? '',
    message_method: application.messageMethod,
    default_number_app: false,
    default_endpoint_app: false,
    sub_account: application.subAccount,
    enabled: application.enabled,
    public_uri: false,
    log_incoming_message: true,
    sip_uri: `sip:${application.id}@registrar.vobiz.ai`,
    resource_uri: `/v1/Account/${application.owner.authId}/Application/${application.id}/`,
  };
}
