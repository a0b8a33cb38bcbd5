import assert from "node:assert/strict";
import { test } from "node:test";
import { dial, fold, render, shownName } from "./contacts.js";

const settings = { title: "A & B" };
const contact = (id, display_name) => ({ id, display_name, numbers: [{ value: "200" }] });

test("contacts are in the order of their folded names, whatever the order they came in", () => {
  const contacts = [contact("1", "Zoe"), contact("2", "ábel"), contact("3", "Abel"), contact("4", "Straße")];
  const there = JSON.parse(render({}, contacts, settings)).contacts.map(({ name }) => name);
  assert.deepEqual(there, ["ábel", "Abel", "Straße", "Zoe"]);
  assert.deepEqual(render({}, contacts.toReversed(), settings), render({}, contacts, settings));
});

test("without a display name the given and family name are shown, else the organization, else a number", () => {
  assert.equal(shownName({ given_name: "Ann", family_name: "Lee" }), "Ann Lee");
  assert.equal(shownName({ organization: "Example Ltd", numbers: [{ value: "1" }] }), "Example Ltd");
  assert.equal(shownName({ numbers: [{ value: "1" }] }), "1");
});

test("numbers are written as the phonebook wants them, and codes stay as they are", () => {
  const number = { value: " 020 7946 0018 ", e164: "+442079460018" };
  assert.equal(dial(number), "020 7946 0018");
  assert.equal(dial(number, { form: "e164", outside_prefix: "9" }), "+442079460018");
  assert.equal(dial(number, { form: "international_00", outside_prefix: "9" }), "900442079460018");
  assert.equal(dial({ value: "*21#" }, { form: "e164", outside_prefix: "9" }), "*21#");
});

test("accents and case do not count in the order", () => {
  assert.equal(fold("ÉCOLE"), fold("école"));
  assert.equal(fold("Straße"), fold("STRASSE"));
});
