interface Member {
  phonebook_id: string;
  name: string;
  includes: readonly { phonebook_id: string }[];
}

/** The members of a merged book that are in it only because another member includes them, and which those are. */
export function comingThrough<M extends Member>(own: string, members: readonly M[]): { member: M; through: string[] }[] {
  const direct = new Set(members.find(({ phonebook_id }) => phonebook_id === own)?.includes.map((each) => each.phonebook_id));
  return members
    .filter(({ phonebook_id }) => phonebook_id !== own && !direct.has(phonebook_id))
    .map((member) => ({
      member,
      through: members
        .filter(({ includes }) => includes.some(({ phonebook_id }) => phonebook_id === member.phonebook_id))
        .map(({ name }) => name),
    }));
}
