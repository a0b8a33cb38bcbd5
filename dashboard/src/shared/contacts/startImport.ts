import { api, sent } from '~/api/client';
import type { ImportPreview } from '~/api/types';

/** Have the server read a file; nothing is imported yet. `options` say how, where that is known. */
export async function startImport(
  phonebook_id: string,
  file: File,
  options: Readonly<Record<string, string>> = {},
): Promise<ImportPreview> {
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) form.set(name, value);
  form.set('file', file);
  const answer = await sent(
    api.POST('/api/v1/phonebooks/{phonebook_id}/imports', {
      params: { path: { phonebook_id } },
      body: form as never,
      bodySerializer: (body) => body as never,
    }),
  );
  return answer as ImportPreview;
}
