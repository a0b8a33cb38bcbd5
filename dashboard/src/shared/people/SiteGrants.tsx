import { ActionIcon, Group, Select, Stack, Text } from '@mantine/core';
import { X } from 'lucide-react';

import type { Role } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import { RoleSelect } from './RoleSelect';
import { texts } from './texts';

export interface Grant {
  site: string;
  role: Role;
}

interface Props {
  /** The sites that can be given. */
  sites: readonly { id: string; name: string }[];
  value: readonly Grant[];
  onChange: (grants: Grant[]) => void;
  error?: string;
}

/** Sites, each with a role in it: chosen from a list that can be typed in, as there may be hundreds. */
export function SiteGrants({ sites, value, onChange, error }: Props) {
  const t = useTexts(texts);
  const names = new Map(sites.map(({ id, name }) => [id, name]));
  const free = sites.filter(({ id }) => !value.some(({ site }) => site === id));
  return (
    <Stack gap="xs">
      {value.map(({ site, role }) => {
        const name = names.get(site) ?? site;
        return (
          <Group key={site} wrap="nowrap" gap="xs">
            <Text size="sm" flex={1} truncate title={name}>
              {name}
            </Text>
            <RoleSelect
              w={130}
              aria-label={t.roleIn(name)}
              value={role}
              onChange={(next) => onChange(value.map((each) => (each.site === site ? { site, role: next } : each)))}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t.takeSiteOut(name)}
              onClick={() => onChange(value.filter((each) => each.site !== site))}
            >
              <X size={16} aria-hidden />
            </ActionIcon>
          </Group>
        );
      })}
      {free.length > 0 && (
        <Select
          key={value.length}
          label={t.sites}
          placeholder={value.length > 0 ? t.addSite : t.chooseSite}
          searchable
          limit={50}
          error={error}
          data={free.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(site) => site !== null && onChange([...value, { site, role: 'viewer' }])}
        />
      )}
    </Stack>
  );
}
