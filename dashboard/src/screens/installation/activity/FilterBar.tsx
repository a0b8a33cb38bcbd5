import { Autocomplete, Button, Group, NativeSelect, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { everyQuery } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { PersonOption } from '~/shared/people/PersonOption';
import { useKnownPeople } from '~/shared/people/useKnownPeople';

import { KINDS } from './actions';
import classes from './activity.module.css';
import { type Filters, TIMES } from './filters';
import { texts } from './texts';

interface Props {
  filters: Filters;
  onChange: (changes: Partial<Filters>) => void;
}

/** Who, what, where, when. */
export default function FilterBar({ filters, onChange }: Props) {
  const t = useTexts(texts);
  const { data: sites = [] } = useQuery(everyQuery('/api/v1/sites'));
  const times = { '': t.anyTime, today: t.today, week: t.week, month: t.month, between: t.between };
  const kinds = { ...t, site: t.sites };
  const isFiltered = Object.values(filters).some(Boolean);
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label={t.title}>
      <Who value={filters.actor} onChange={(actor) => onChange({ actor })} />
      <NativeSelect
        label={t.what}
        className={classes.filter}
        value={filters.action}
        onChange={({ currentTarget }) => onChange({ action: currentTarget.value })}
        data={[{ value: '', label: t.all }, ...KINDS.map((kind) => ({ value: kind, label: kinds[kind] }))]}
      />
      <Select
        label={t.site}
        className={classes.filter}
        placeholder={t.anySite}
        searchable
        clearable
        limit={50}
        data={sites.map(({ id, name }) => ({ value: id, label: name }))}
        value={filters.site || null}
        onChange={(site) => onChange({ site: site ?? '' })}
      />
      <NativeSelect
        label={t.when}
        className={classes.filter}
        value={filters.time}
        onChange={({ currentTarget }) => onChange({ time: currentTarget.value })}
        data={TIMES.map((value) => ({ value, label: times[value] }))}
      />
      {filters.time === 'between' && (
        <>
          <TextInput
            type="date"
            label={t.from}
            className={classes.filter}
            value={filters.from}
            onChange={({ currentTarget }) => onChange({ from: currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t.to}
            className={classes.filter}
            value={filters.to}
            onChange={({ currentTarget }) => onChange({ to: currentTarget.value })}
          />
        </>
      )}
      {isFiltered && (
        <Button
          variant="subtle"
          onClick={() => onChange({ actor: '', action: '', site: '', time: '', from: '', to: '' })}
        >
          {t.reset}
        </Button>
      )}
    </Group>
  );
}

/** Somebody's address; names are suggested. It holds when it is chosen, or with Enter, or when the field is left. */
function Who({ value, onChange }: { value: string; onChange: (actor: string) => void }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const known = useKnownPeople(typed.trim().toLowerCase());
  const take = (actor: string) => {
    if (actor !== value) onChange(actor);
  };
  return (
    <Autocomplete
      label={t.who}
      placeholder={t.whoAbout}
      className={classes.filter}
      autoComplete="off"
      clearable
      limit={8}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        if (next === '') take('');
      }}
      onOptionSubmit={take}
      onBlur={() => take(typed.trim())}
      onKeyDown={({ key }) => {
        if (key === 'Enter') take(typed.trim());
      }}
      data={known.map((person) => person.email).filter((email) => email !== typed)}
      filter={({ options }) => options}
      renderOption={({ option: { value: email } }) => (
        <PersonOption email={email} person={known.find((person) => person.email === email)} />
      )}
    />
  );
}
