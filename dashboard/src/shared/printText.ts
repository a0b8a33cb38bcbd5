/** Prints a text on a page of its own, without anything of the screen around it. */
export function printText(title: string, text: string): void {
  const frame = document.createElement('iframe');
  frame.title = title;
  frame.setAttribute('aria-hidden', 'true');
  frame.style.position = 'fixed';
  frame.style.inset = '100% auto auto 100%';
  document.body.append(frame);
  const { contentWindow: page, contentDocument: paper } = frame;
  if (page === null || paper === null) return;
  const heading = paper.createElement('h1');
  heading.textContent = title;
  const lines = paper.createElement('pre');
  lines.textContent = text;
  paper.title = title;
  paper.body.append(heading, lines);
  page.addEventListener('afterprint', () => frame.remove());
  page.print();
}
