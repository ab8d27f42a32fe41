import { Router } from 'express';
import type { CallRecord, Recording } from './estate.ts';
import { isOf } from './live-calls.ts';
import { type Desk, invalid, notFound } from './rest-answers.ts';
import { byOffset, byPage } from './rest-paging.ts';
import { isoTime, plainDigits } from './wire-formats.ts';

const RECORDS_PAGE = { fallback: 20, most: 100 };
const MOST_EXPORTED = 10_000;

/** Recordings and call records. */
export function recordRoutes(deskOf: (locals: Record<string, unknown>) => Desk): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const recording = ({ network, account }: Desk, id: string): Recording => {
    const found = network.estate.recordings.get(id);
    if (found === undefined || !isOf(account, found.owner)) throw notFound('Recording');
    return found;
  };

  router.get('/Recording/', (req, res) => {
    const { network, account } = deskOf(res.locals);
    const { call_uuid, recording_type } = req.query;
    const own = [...network.estate.recordings.values()].filter(
      (one) =>
        isOf(account, one.owner) &&
        (call_uuid === undefined || one.call === call_uuid) &&
        (recording_type === undefined || recording_type === 'call'),
    );
    const page = byOffset(own.reverse(), req.query, `/v1/Account/${account.authId}/Recording/`);
    res.json({ api_id: network.chance.uuid(), ...page, objects: page.objects.map(recordingView) });
  });
  router.get('/Recording/:id/', (req, res) => {
    const desk = deskOf(res.locals);
    res.json({ api_id: desk.network.chance.uuid(), ...recordingView(recording(desk, req.params.id)) });
  });
  router.delete('/Recording/:id/', (req, res) => {
    const desk = deskOf(res.locals);
    desk.network.estate.recordings.delete(recording(desk, req.params.id).id);
    res.status(204).end();
  });

  const list = (desk: Desk, query: Readonly<Record<string, unknown>>) => {
    const { account, network } = desk;
    const own = network.estate.records
      .filter((one) => isOf(account, one.owner) && fits(one, query))
      .reverse();
    const { items, page, per_page, total } = byPage(own, query, RECORDS_PAGE);
    const pages = Math.ceil(total / per_page);
    return {
      success: true,
      account_id: account.authId,
      count: items.length,
      data: items.map((one) => recordView(one, network.switches.cdrListCurrency)),
      pagination: { page, per_page, total, pages, has_next: page < pages, has_prev: page > 1 },
      summary: { total_calls: total, answered_calls: own.filter((one) => one.answeredAt !== null).length },
    };
  };
  for (const path of ['/cdr', '/cdr/search']) {
    router.get(path, (req, res) => {
      res.json(list(deskOf(res.locals), req.query));
    });
  }
  router.get('/cdr/recent', (req, res) => {
    const { limit } = req.query;
    const query = limit === undefined ? {} : { per_page: limit };
    res.json(list(deskOf(res.locals), query));
  });
  router.get('/cdr/export', (req, res) => {
    const { account, network } = deskOf(res.locals);
    const own = network.estate.records.filter((one) => isOf(account, one.owner) && fits(one, req.query));
    const rows = own.slice(-MOST_EXPORTED).map((one) => recordView(one, network.switches.cdrListCurrency));
    const lines = rows.map((row) =>
      Object.values(row)
        .map((value) => String(value ?? ''))
        .join(','),
    );
    const head = rows[0] === undefined ? [] : [Object.keys(rows[0]).join(',')];
    res.type('text/csv').send(`${[...head, ...lines].join('\n')}\n`);
  });
  router.get('/cdr/:uuid', (req, res) => {
    const { account, network } = deskOf(res.locals);
    const found = network.estate.records.find(
      (one) => one.uuid === req.params.uuid && isOf(account, one.owner),
    );
    if (found === undefined) throw notFound('CDR');
    // The list was seen to give another currency than the single record for the same call.
    res.json({ success: true, data: recordView(found, found.owner.currency) });
  });
  return router;
}

function fits(record: CallRecord, query: Readonly<Record<string, unknown>>): boolean {
  const { from_number, to_number, start_date, end_date, call_direction, min_duration } = query;
  if ((start_date === undefined) !== (end_date === undefined))
    throw invalid('start_date and end_date are needed together');
  for (const date of [start_date, end_date]) {
    if (date !== undefined && !/^\d{4}-\d\d-\d\d$/.test(String(date))) throw invalid('a date is YYYY-MM-DD');
  }
  const day = isoTime(record.startedAt)?.slice(0, 10) ?? '';
  return (
    (from_number === undefined || plainDigits(record.from) === plainDigits(String(from_number))) &&
    (to_number === undefined || plainDigits(record.to) === plainDigits(String(to_number))) &&
    (start_date === undefined || (day >= String(start_date) && day <= String(end_date))) &&
    (call_direction === undefined || record.direction === call_direction) &&
    (min_duration === undefined || record.talkSeconds >= Number(min_duration))
  );
}

/** `duration` is ringing and talk together here, and not what a webhook calls Duration. */
function recordView(record: CallRecord, currency: string) {
  const cost = record.costMicros / 1_000_000;
  return {
    uuid: record.uuid,
    bridge_uuid: record.bridgeUuid,
    call_direction: record.direction,
    // With + here, without it there.
    caller_id_number: record.from,
    destination_number: plainDigits(record.to),
    duration: record.ringSeconds + record.talkSeconds,
    billsec: record.talkSeconds,
    ring_time: record.ringSeconds,
    start_time: isoTime(record.startedAt),
    answer_time: isoTime(record.answeredAt),
    end_time: isoTime(record.endedAt),
    cost,
    total_cost: cost,
    streaming_cost: 0,
    currency,
    hangup_cause: record.cause.word,
    hangup_cause_code: record.cause.code,
    hangup_cause_name: record.cause.name,
    hangup_disposition: record.source === 'Caller' ? 'recv_bye' : 'send_bye',
    hangup_source: record.source,
    mos: 4.5,
    jitter: 0,
    packet_loss: 0,
    codec: 'PCMA',
    trunk_id: null,
    region: 'IN',
  };
}

function recordingView(recording: Recording) {
  return {
    recording_id: recording.id,
    recording_url: recording.url,
    recording_format: recording.format,
    recording_type: 'call',
    call_uuid: recording.call,
    from_number: recording.from,
    to_number: recording.to,
    add_time: isoTime(recording.startedAt),
    recording_duration_ms: String(recording.milliseconds),
    rounded_recording_duration: Math.ceil(recording.milliseconds / 60_000) * 60,
    recording_storage_rate: '0.00500',
  };
}
