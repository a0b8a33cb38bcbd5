import { NativeSelect, type NativeSelectProps } from '@mantine/core';

import type { Role } from '~/api/types';

import { isRole, ROLES, useRoles } from './roles';

interface Props extends Omit<NativeSelectProps, 'value' | 'onChange' | 'data'> {
  value: Role;
  onChange: (role: Role) => void;
  /** With a few words on what each role may do. */
  isExplained?: boolean;
}

/** One of the three roles. */
export function RoleSelect({ value, onChange, isExplained = false, ...rest }: Props) {
  const roles = useRoles();
  const label = (role: Role) => (isExplained ? `${roles[role].name}: ${roles[role].about}` : roles[role].name);
  return (
    <NativeSelect
      {...rest}
      value={value}
      onChange={({ currentTarget }) => {
        if (isRole(currentTarget.value)) onChange(currentTarget.value);
      }}
      data={ROLES.map((role) => ({ value: role, label: label(role) }))}
    />
  );
}
