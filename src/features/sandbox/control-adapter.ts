import express, { Router } from 'express';
import { numberOf, reactionsOf, readReactions, secondsOf, settingsOf, whoOf } from './control-input.ts';
import { faultPlan } from './faults.ts';
import type { Network } from './network.ts';
import { hangsUp } from './phones.ts';
import { ownNumber, stockNumber } from './provisioning.ts';
import { type Body, invalid, notFound, Refusal, requiredText, textOf } from './rest-answers.ts';
import type { ScriptedFault } from './rest-server-adapter.ts';

const MOST_ENTRIES = 1_000;
const requestFaults = ['error500', 'limited429', 'timeout', 'reset', 'resetAfter'] as const;

/** What the real platform has not got: ways to play the people on the phones, and to look behind the scenes. */
export function controlRoutes(network: Network, scripted: ScriptedFault[]): Router {
  const router = Router();
  router.use(express.json({ limit: '256kb' }), (req, _res, next) => {
    if (typeof req.body !== 'object' || req.body === null || Array.isArray(req.body)) req.body = {};
    next();
  });

  router.post('/phones', (req, res) => {
    const { e164, isMachine } = network.phones.set(
      numberOf(req.body, 'e164'),
      reactionsOf(req.body),
      req.body.machine === true,
    );
    res.json({ e164, machine: isMachine });
  });
  router.get('/phones', (_req, res) => {
    const phones = network.phones.all().slice(0, MOST_ENTRIES);
    res.json({ data: phones.map(({ e164, leg, isMachine }) => ({ e164, leg, machine: isMachine })) });
  });

  router.post('/numbers', (req, res) => {
    const owner = network.estate.accounts.get(requiredText(req.body, 'account'));
    if (owner === undefined) throw notFound('Account');
    const id = textOf(req.body, 'application_id');
    const application = id === null ? null : (network.estate.applications.get(id) ?? null);
    const { e164 } = ownNumber(network, owner, numberOf(req.body, 'e164'), application);
    res.json({ e164 });
  });
  router.post('/inventory', (req, res) => {
    res.json(stockNumber(network, numberOf(req.body, 'e164')));
  });

  router.post('/dial', (req, res) => {
    const body: Body = req.body;
    const from = body.from === null ? null : numberOf(body, 'from');
    const ends = secondsOf(body, 'hangs_up_after_seconds');
    const reactions = [...readReactions(body.reactions), ...(ends === null ? [] : [hangsUp('bridge', ends)])];
    const forwardedFrom = textOf(body, 'forwarded_from');
    const call = network.dial({
      from,
      to: numberOf(body, 'to'),
      reactions,
      ...(forwardedFrom === null ? {} : { forwardedFrom }),
    });
    if (call === null) {
      const last = network.journal.entries().at(-1);
      throw new Refusal(409, 'NOT_DELIVERED', last?.what === 'not_delivered' ? last.why : 'not delivered');
    }
    res.status(201).json({ call_uuid: call.uuid });
  });

  router.get('/calls', (_req, res) => {
    res.json({ data: [...network.stage.live.keys()].slice(0, MOST_ENTRIES) });
  });
  router.post('/calls/:uuid/hangup', (req, res) => {
    if (!network.hangUp(req.params.uuid, whoOf(req.body))) throw notFound('Call');
    res.status(204).end();
  });
  router.post('/calls/:uuid/press', (req, res) => {
    const digits = requiredText(req.body, 'digits');
    if (!/^[0-9*#]{1,64}$/.test(digits)) throw invalid('digits are 0-9, * and #');
    if (!network.press(req.params.uuid, whoOf(req.body), digits)) throw notFound('Call');
    res.status(204).end();
  });

  router.get('/journal', (req, res) => {
    const { call } = req.query;
    const all = typeof call === 'string' ? network.journal.of(call) : network.journal.entries();
    res.json({ data: all.slice(-MOST_ENTRIES) });
  });
  router.get('/conversations', (_req, res) => {
    res.json({ data: network.journal.conversations().slice(-MOST_ENTRIES) });
  });

  router.patch('/switches', (req, res) => {
    res.json(Object.assign(network.switches, settingsOf(req.body, network.switches)));
  });
  router.put('/faults', (req, res) => {
    const plan = settingsOf(req.body, network.faults);
    res.json(Object.assign(network.faults, faultPlan(plan)));
  });
  router.post('/fail_next', (req, res) => {
    const fault = requestFaults.find((one) => one === req.body.fault);
    if (fault === undefined) throw invalid(`fault is one of ${requestFaults.join(', ')}`);
    const method = requiredText(req.body, 'method').toUpperCase();
    scripted.push({ method, pathContains: requiredText(req.body, 'path_contains'), fault });
    if (scripted.length > MOST_ENTRIES) scripted.shift();
    res.status(204).end();
  });
  return router;
}
