import { Text } from '@mantine/core';

import type { NumberCheck, NumberKind } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

type Words = (typeof texts)['en'];
type Key = { [K in keyof Words]: Words[K] extends string ? K : never }[keyof Words];

const KINDS: Readonly<Record<NumberKind, Key | null>> = {
  mobile: 'kindMobile',
  landline: 'kindLandline',
  landline_or_mobile: 'kindEither',
  toll_free: 'kindTollFree',
  shared_cost: 'kindSharedCost',
  premium: 'kindPremium',
  voip: 'kindVoip',
  other: 'kindOther',
  internal: 'kindInternal',
  feature_code: 'kindFeature',
  sip: 'kindSip',
  dial_string: 'kindDial',
  extension: 'kindExtension',
  unclear: 'kindUnclear',
  empty: null,
};
const WARNINGS: Readonly<Record<string, Key>> = {
  too_long: 'warnTooLong',
  unreadable: 'warnUnreadable',
  too_short: 'warnTooShort',
  too_many_digits: 'warnTooMany',
  not_a_number: 'warnWords',
  not_valid: 'warnNotValid',
  extension_kept: 'warnExtension',
};

interface Props {
  check: NumberCheck | undefined;
  /** The form that the server derived when it was saved last; shown as long as nothing newer is known. */
  e164?: string | null;
  id?: string;
}

/** Below a number: what it is, what phones get, and what may be wrong with it. */
export function NumberHint({ check, e164, id }: Props) {
  const t = useTexts(texts);
  if (check === undefined) {
    return e164 ? (
      <Text id={id} size="xs" c="dimmed">
        {`${t.valid} · ${e164}`}
      </Text>
    ) : null;
  }
  const kind = KINDS[check.kind];
  const said = [kind && t[kind], check.shown && t.phonesGet(check.shown)].filter(Boolean);
  return (
    <>
      <Text id={id} size="xs" c="dimmed">
        {said.join(' · ')}
      </Text>
      {check.warnings.map(({ code, message }) => {
        const words = WARNINGS[code];
        return (
          <Text key={code} size="xs" c="var(--app-warn)">
            {words ? t[words] : message}
          </Text>
        );
      })}
    </>
  );
}
