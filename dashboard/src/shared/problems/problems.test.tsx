import { useForm } from '@mantine/form';
import { fireEvent, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, test } from 'vitest';

import { ApiProblem } from '~/api/problem';
import { show } from '~/testing/show';

import { useFieldProblems } from './fields';
import { ProblemBox } from './ProblemBox';

const problem = new ApiProblem({
  status: 400,
  code: 'required',
  detail: 'Fill in a name.',
  problems: [
    { field: 'name', code: 'required', message: 'Fill in a name.' },
    { field: 'settings.size', code: 'out_of_range', message: 'It must be at most 5.' },
  ],
});

function Form() {
  const form = useForm({ initialValues: { name: '' } });
  const put = useFieldProblems();
  const [rest, setRest] = useState<ApiProblem | null>(null);
  return (
    <>
      <p data-testid="field">{form.errors['name']}</p>
      <button onClick={() => setRest(put(form, problem))}>send</button>
      {rest && <ProblemBox error={rest} />}
    </>
  );
}

test('a complaint goes to its field, and what has no field here is said beside the form', () => {
  show(<Form />);
  fireEvent.click(screen.getByText('send'));
  expect(screen.getByTestId('field').textContent).toBe('Fill in a name.');
  expect(screen.getByRole('alert').textContent).toContain('It must be at most 5.');
});

test('what people meet every day is said in their language, the rest as the server wrote it', () => {
  show(<ProblemBox error={problem} />, { language: 'de' });
  const said = screen.getByRole('alert').textContent;
  expect(said).toContain('Füllen Sie das aus.');
  expect(said).toContain('It must be at most 5.');
});
