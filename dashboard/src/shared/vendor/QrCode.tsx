import { useMemo } from 'react';
import { encode } from 'uqr';

import { useTexts } from '~/i18n/texts';

import { texts } from './texts';
import classes from './vendor.module.css';

/** A QR code, black on white in every theme, as cameras want it. Without a `label` it leads to a set-up page. */
export default function QrCode({ value, label }: { value: string; label?: string }) {
  const t = useTexts(texts);
  const { size, path } = useMemo(() => drawn(value), [value]);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} className={classes.qr} role="img" aria-label={label ?? t.qrLabel} shapeRendering="crispEdges">
      <path d={path} fill="#000" />
    </svg>
  );
}

/** Its dark modules as one path. */
function drawn(value: string): { size: number; path: string } {
  const { data, size } = encode(value, { ecc: 'M', border: 0 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { size, path };
}
