import { CloseButton, TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

interface Props extends Omit<TextInputProps, 'value' | 'onChange'> {
  label: string;
  value: string;
  /** Called when typing has paused. */
  onChange: (value: string) => void;
}

/** A line to search in. What is typed is shown at once and told a moment later. */
export function SearchBox({ label, value, onChange, ...rest }: Props) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(value);
  const tell = useDebouncedCallback(onChange, 150);
  useEffect(() => setTyped(value), [value]);
  const take = (next: string) => {
    setTyped(next);
    tell(next);
  };
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={typed ? <CloseButton size="sm" aria-label={t.clearSearch} onClick={() => take('')} /> : null}
      value={typed}
      onChange={(event) => take(event.currentTarget.value)}
      {...rest}
    />
  );
}
