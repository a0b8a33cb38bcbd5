import { Group, Kbd, Modal, Table } from '@mantine/core';

import { useTexts } from '~/i18n/texts';
import { texts as common } from '~/shared/texts';

import { texts } from '../texts';

/** Which keys do what in the table. */
export default function KeysDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const keys: readonly (readonly [readonly string[], string])[] = [
    [['/'], t.keySearch],
    [['n'], t.keyNew],
    [['↑', '↓', '←', '→'], t.keyMove],
    [['Enter', 'F2'], t.keyEdit],
    [['Tab'], t.keyNext],
    [['o', 'Ctrl Enter'], t.keyOpen],
    [['Space'], t.keySelect],
    [['Ctrl A'], t.keyAll],
    [['Delete'], t.keyDelete],
    [['Ctrl Z'], c.undo],
    [['Ctrl V'], t.keyPaste],
    [['Esc'], t.keyClose],
  ];
  return (
    <Modal opened onClose={onClose} title={t.keys} closeButtonProps={{ 'aria-label': c.close }}>
      <Table withRowBorders={false}>
        <Table.Tbody>
          {keys.map(([names, about]) => (
            <Table.Tr key={about}>
              <Table.Th scope="row" fw={400} w={140}>
                <Group gap={4}>
                  {names.map((name) => (
                    <Kbd key={name}>{name}</Kbd>
                  ))}
                </Group>
              </Table.Th>
              <Table.Td>{about}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
