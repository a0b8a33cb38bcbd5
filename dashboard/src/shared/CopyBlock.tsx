import { CopyButton } from './CopyButton';
import classes from './CopyBlock.module.css';

interface Props {
  label: string;
  text: string;
  /** Long values are broken instead of scrolled: for what is one word, as a token. */
  isWrapped?: boolean;
}

/** Text for a terminal or a file, with a button that copies it. */
export function CopyBlock({ label, text, isWrapped = false }: Props) {
  return (
    <div className={classes.block}>
      <pre tabIndex={0} aria-label={label} role="group" className={isWrapped ? classes.wrapped : classes.scrolled}>
        {text}
      </pre>
      <div className={classes.copy}>
        <CopyButton value={text} label={label} />
      </div>
    </div>
  );
}
