import type { Person } from './people';

/** Invented people with numbers that the authorities keep for drama: Bundesnetzagentur 030 23125xxx, Ofcom 0113 496 0xxx. */
const GERMAN: readonly Person[] = [
  { name: 'Anna Beispiel', numbers: ['+49 30 23125100'] },
  { name: 'Cem Yıldız', numbers: ['+49 30 23125101', '+49 171 3920001'] },
  { name: 'Dr. Dörte Groß', numbers: ['+49 30 23125102'] },
  { name: 'Empfang', numbers: ['+49 30 23125000'] },
  { name: 'Zoë Kowalski', numbers: ['+49 171 3920002'] },
  { name: 'Tischlerei Ahorn', numbers: ['+49 40 66969100'] },
];
const BRITISH: readonly Person[] = [
  { name: 'Amelia Whitcombe', numbers: ['+44 113 496 0100', '+44 7700 900100'] },
  { name: 'Siân Llewellyn-Pugh', numbers: ['+44 113 496 0102'] },
  { name: 'Priya Raghunathan', numbers: ['+44 113 496 0103'] },
  { name: 'Reception', numbers: ['+44 113 496 0000'] },
  { name: 'Tom Ó Súilleabháin', numbers: ['+44 7700 900104'] },
  { name: 'Maple Joinery', numbers: ['+44 20 7946 0160'] },
];

export function samplesFor(region: string): readonly Person[] {
  return region === 'DE' || region === 'AT' || region === 'CH' || region === 'LI' ? GERMAN : BRITISH;
}
