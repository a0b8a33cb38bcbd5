import { describe, expect, it } from 'vitest';

import { hintsOn, leastCharacters } from './passwordHints';

const anna = { email: 'anna.mueller@example.org', name: 'Anna Müller', sites: [{ name: 'Berlin Mitte' }] };

describe('hintsOn', () => {
  it('counts characters as people do, not units of memory', () => {
    expect(hintsOn('🙂🙂🙂', anna, 15).length).toBe(3);
    expect(hintsOn('u\u0308ber', anna, 15).length).toBe(4);
  });

  it('asks for 15 characters, with a second factor for 8', () => {
    expect(leastCharacters(false)).toBe(15);
    expect(leastCharacters(true)).toBe(8);
    expect(hintsOn('a few words yet', anna, 15).isLongEnough).toBe(true);
    expect(hintsOn('a few words ye', anna, 15).isLongEnough).toBe(false);
  });

  it('sees when it is little more than what others know', () => {
    expect(hintsOn('AnnaMüller2024!', anna, 15).isNotKnown).toBe(false);
    expect(hintsOn('anna.mueller@example.org', anna, 15).isNotKnown).toBe(false);
    expect(hintsOn('berlin mitte 12', anna, 15).isNotKnown).toBe(false);
    expect(hintsOn('phonebookphonebook', anna, 15).isNotKnown).toBe(false);
    expect(hintsOn('anna sells green umbrellas', anna, 15).isNotKnown).toBe(true);
    expect(hintsOn('', anna, 15).isNotKnown).toBe(false);
  });

  it('sees when it repeats one character', () => {
    expect(hintsOn('aaaaaaaaaaaaaaaa', anna, 15).isVaried).toBe(false);
    expect(hintsOn('seven blue doors', anna, 15).isVaried).toBe(true);
  });
});
