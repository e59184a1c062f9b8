import assert from 'node:assert/strict'
import test from 'node:test'
import { compilePattern, type MomentFormat, momentParser, zoneOffset } from './moment.ts'

const iso = (text: string | number, format: MomentFormat = {}) => {
  const ms = momentParser(format)?.(text)?.ms
  return ms === undefined ? undefined : new Date(ms).toISOString()
}

test('times without a zone are China time; a zone in the text decides', () => {
  const rows: [string, string][] = [
    ['2026-01-31 08:30:15', '2026-01-31T00:30:15.000Z'],
    ['2026-01-31T08:30:15.123', '2026-01-31T00:30:15.123Z'],
    ['2026-01-31T08:30:15Z', '2026-01-31T08:30:15.000Z'],
    ['2026-01-31T08:30:15+09:00', '2026-01-30T23:30:15.000Z'],
    ['2026-01-31T08:30:15.123456-0500', '2026-01-31T13:30:15.123Z'],
    ['2026/1/31 8:30', '2026-01-31T00:30:00.000Z'],
    ['2026.1.31', '2026-01-30T16:00:00.000Z'],
    ['20260131', '2026-01-30T16:00:00.000Z'],
    ['20260131083015', '2026-01-31T00:30:15.000Z'],
    ['2026年1月31日', '2026-01-30T16:00:00.000Z'],
    ['2026年1月31日 8时30分', '2026-01-31T00:30:00.000Z'],
    ['2026年1月31日8时30分15秒', '2026-01-31T00:30:15.000Z'],
    ['1989-07-01 00:00:00', '1989-06-30T15:00:00.000Z'], // summer time
    ['1992-07-01 00:00:00', '1992-06-30T16:00:00.000Z'],
  ]
  for (const [text, expected] of rows) assert.equal(iso(text), expected, text)
})

test('days and times that do not exist are refused', () => {
  for (const text of [
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-32',
    '2026-01-31 24:00',
    '2026-01-31 12:60',
    '31/01/2026',
    '2026-1',
    '2026-01/31',
    '20261301',
    '0026-01-01',
    'today',
    '',
    '12345',
  ])
    assert.equal(iso(text), undefined, text)
  assert.equal(iso('2024-02-29', { zone: 'UTC' }), '2024-02-29T00:00:00.000Z')
})

test('patterns, epochs and serials', () => {
  assert.equal(iso('12/1/2010 8:26', { format: 'M/d/yyyy H:mm', zone: 'Europe/London' }), '2010-12-01T08:26:00.000Z')
  assert.equal(iso('1/7/2010 8:26', { format: 'd/M/yyyy H:mm', zone: 'Europe/London' }), '2010-07-01T07:26:00.000Z')
  assert.equal(iso('31.01.2026', { format: 'dd.MM.yyyy', zone: '+08:00' }), '2026-01-30T16:00:00.000Z')
  assert.equal(iso('31x01x2026', { format: 'dd.MM.yyyy' }), undefined)
  assert.equal(iso('1732190000', { format: 'epochSeconds' }), '2024-11-21T11:53:20.000Z')
  assert.equal(iso(1_732_190_000_123, { format: 'epochMilliseconds' }), '2024-11-21T11:53:20.123Z')
  assert.equal(iso('soon', { format: 'epochSeconds' }), undefined)
  assert.equal(iso(45_000.5, { format: 'excelSerial', zone: 'UTC' }), '2023-03-15T12:00:00.000Z')
  assert.equal(compilePattern('HH:mm'), undefined)
  assert.equal(compilePattern('yyyy-MM-dd MM'), undefined)
})

test('an hour that summer time skips or repeats still has one answer', () => {
  assert.equal(iso('2026-03-08 01:30', { zone: 'America/New_York' }), '2026-03-08T06:30:00.000Z')
  assert.equal(iso('2026-03-08 03:30', { zone: 'America/New_York' }), '2026-03-08T07:30:00.000Z')
  assert.equal(iso('2026-07-01 00:00', { zone: 'America/New_York' }), '2026-07-01T04:00:00.000Z')
  assert.ok(iso('2026-11-01 01:30', { zone: 'America/New_York' }))
  assert.equal(zoneOffset('Mars/Olympus'), undefined)
  assert.equal(momentParser({ zone: 'Mars/Olympus' }), undefined)
})
