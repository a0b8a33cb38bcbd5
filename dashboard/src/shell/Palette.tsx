import { Combobox, Group, Modal, ScrollArea, Text, TextInput, useCombobox } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

import { useTexts } from '~/i18n/texts';

import { type Asked, useGroups } from './paletteGroups';
import classes from './shell.module.css';
import { texts } from './texts';

interface Props extends Asked {
  onClose: () => void;
}

/** Ctrl-K: typing part of a name leads to any site, phonebook, contact or command. It is there while it is open. */
export default function Palette(props: Props) {
  const t = useTexts(texts);
  const title = props.scope === 'sites' ? t.chooseSite : t.paletteTitle;
  const [typed, setTyped] = useState('');
  const groups = useGroups(props, typed.trim());
  const all = groups.flatMap(({ found }) => found);
  const combobox = useCombobox({ opened: true });
  const { selectFirstOption, resetSelectedOption } = combobox;
  const shown = all.map(({ key }) => key).join(' ');
  // What the server finds comes later; Enter always takes the first.
  useEffect(() => {
    resetSelectedOption();
    selectFirstOption();
  }, [shown, resetSelectedOption, selectFirstOption]);
  const run = (key: string) => {
    props.onClose();
    all.find((each) => each.key === key)?.run();
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      withCloseButton={false}
      centered={false}
      padding={0}
      size={600}
      attributes={{ content: { 'aria-label': title } }}
    >
      <Combobox store={combobox} onOptionSubmit={run}>
        <Combobox.EventsTarget withExpandedAttribute>
          <TextInput
            data-autofocus
            variant="unstyled"
            size="md"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            placeholder={title}
            aria-label={title}
            leftSection={<Search size={18} aria-hidden />}
            className={classes.paletteSearch}
          />
        </Combobox.EventsTarget>
        <ScrollArea.Autosize mah="min(60vh, 30rem)" type="scroll" className={classes.palette}>
          <Combobox.Options aria-label={title}>
            {groups.map(({ title, found }) =>
              found.length === 0 ? null : (
                <Combobox.Group key={title} label={title}>
                  {found.map(({ key, label, about, icon: Icon }) => (
                    <Combobox.Option key={key} value={key}>
                      <Group gap="sm" wrap="nowrap">
                        <Icon size={18} aria-hidden className={classes.paletteIcon} />
                        <Text size="sm" truncate>
                          {label}
                        </Text>
                        {about !== undefined && (
                          <Text size="sm" truncate ml="auto" className={classes.paletteAbout}>
                            {about}
                          </Text>
                        )}
                      </Group>
                    </Combobox.Option>
                  ))}
                </Combobox.Group>
              ),
            )}
            {all.length === 0 && <Combobox.Empty>{t.paletteEmpty}</Combobox.Empty>}
          </Combobox.Options>
        </ScrollArea.Autosize>
      </Combobox>
    </Modal>
  );
}
