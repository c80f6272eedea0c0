import { describe, expect, test } from 'vitest';
import { ClientChannels } from '../src/backend/client-channels.ts';
import { B, bytes, E, P, Q, S, startup } from './support/postgres-client.ts';

function having(...messages: Uint8Array[]): ClientChannels {
  const channels = new ClientChannels();
  channels.follow(bytes(...messages));
  return channels;
}

describe('the channels of a client', () => {
  test.each([
    ['listen news', 'news'],
    ['LISTEN News ;', 'news'],
    ['Listen "News"', 'News'],
    ['listen "a ""b"""', 'a "b"'],
    ['select 1; /* c */ listen -- d\n news; select 2', 'news'],
    [`listen ${'x'.repeat(70)}`, 'x'.repeat(63)],
    ['listen grüße', 'grüße'],
  ])('%s', (sql, channel) => {
    expect(having(Q(sql)).hears(channel)).toBe(true);
    expect(having(P('', sql), B(), E(), S).hears(channel)).toBe(true);
  });

  test.each([
    "select 'listen news'",
    'unlisten news',
    '-- listen news',
    'listen news other',
    'notify news',
  ])('not %s', (sql) => {
    expect(having(Q(sql)).hears('news')).toBe(false);
  });

  test('end when the backend has them no more, and not before', () => {
    const channels = having(Q('listen a; listen b'));
    expect(channels.changed).toBe(true);
    channels.settle(['a', 'b', 'owners']);
    expect(channels.changed).toBe(false);

    channels.follow(Q('unlisten a'));
    expect(channels.changed).toBe(true);
    expect(channels.hears('a')).toBe(true);
    channels.settle(['b']);
    expect(channels.hears('a')).toBe(false);
    expect(channels.hears('b')).toBe(true);
    expect(channels.hears('owners')).toBe(false);

    channels.follow(Q('DISCARD ALL'));
    channels.settle([]);
    expect(channels.hears('b')).toBe(false);
  });

  test('other messages change nothing', () => {
    expect(having(startup()).changed).toBe(false);
    expect(having(Q('select 1')).changed).toBe(false);
  });
});
