// The page of `phonebook-vendor dev`: asks /state once a second, sends what is pressed to /do.
"use strict";

const at = (id) => document.getElementById(id);
let drawnForm = "";

async function act(action, values = {}) {
  const response = await fetch("do", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ action, ...values }),
  });
  const done = await response.json();
  at("said").textContent = response.ok ? "" : done.detail;
  await refresh();
  return response.ok ? done : null;
}

function element(tag, text, parent) {
  const made = document.createElement(tag);
  made.textContent = text;
  parent.append(made);
  return made;
}

function fill(list, texts) {
  list.replaceChildren();
  for (const text of texts) element("li", text, list);
}

function drawForm(fields, settings) {
  const form = at("settings");
  form.replaceChildren();
  for (const field of fields) {
    const label = element("label", field.title + " ", form);
    const isChoice = field.kind === "choice" || field.kind === "choices";
    const input = element(isChoice ? "select" : "input", "", label);
    input.name = field.name;
    input.title = field.help ?? "";
    const value = settings[field.name] ?? field.default;
    if (isChoice) {
      input.multiple = field.kind === "choices";
      for (const choice of field.choices ?? []) {
        const option = element("option", choice.title, input);
        option.value = choice.value;
        option.selected = input.multiple ? (value ?? []).includes(choice.value) : choice.value === value;
      }
    } else if (field.kind === "boolean") {
      input.type = "checkbox";
      input.checked = Boolean(value);
    } else {
      input.type = field.kind === "number" ? "number" : "text";
      if (field.kind === "number") input.step = "any";
      input.value = value ?? "";
    }
  }
  element("button", "Send", form);
}

function read(form, fields) {
  const settings = {};
  for (const { name, kind } of fields) {
    const input = form.elements[name];
    if (kind === "boolean") settings[name] = input.checked;
    else if (kind === "number" && input.value !== "") settings[name] = Number(input.value);
    else if (kind === "choices") settings[name] = [...input.selectedOptions].map((option) => option.value);
    else if (input.value !== "") settings[name] = input.value;
  }
  return settings;
}

let fields = [];

async function refresh() {
  const now = await (await fetch("state")).json();
  at("label").textContent = now.hello ? `${now.hello.label} ${now.hello.version ?? ""}` : "Waiting for the service …";
  at("state").textContent = now.state;
  at("ended").textContent = now.ended;
  fields = now.hello?.form.fields ?? fields;
  const drawn = JSON.stringify([fields, now.settings]);
  if (now.hello && drawn !== drawnForm && !at("settings").contains(document.activeElement)) {
    drawnForm = drawn;
    drawForm(fields, now.settings);
  }
  fill(at("problems"), (now.report?.problems ?? []).map(({ field, message }) => `${field}: ${message}`));
  fill(at("notices"), (now.report?.notices ?? []).map(({ message }) => message));
  const list = at("contacts");
  list.replaceChildren();
  for (const contact of now.contacts) {
    const numbers = contact.numbers.map(({ value }) => value).join(", ");
    const row = element("li", `${contact.display_name}: ${numbers} `, list);
    element("button", "Delete", row).addEventListener("click", () => act("remove", { id: contact.id }));
  }
  const url = at("fetch").elements.url;
  if (now.access && !url.value) url.value = now.access.url;
  at("snippets").textContent = (now.access?.snippets ?? []).map(({ title, text }) => `# ${title}\n${text}`).join("\n");
  fill(at("frames"), now.frames.toReversed().map((frame) => `${frame.from}: ${frame.frame}`));
}

for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => act(button.dataset.do));
}
at("settings").addEventListener("submit", (event) => {
  event.preventDefault();
  act("configure", { settings: read(event.target, fields) });
});
at("contact").addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, number, label } = Object.fromEntries(new FormData(event.target));
  act("put", { contact: { id: `c-${name}`, display_name: name, numbers: [{ value: number, label }] } });
});
at("fetch").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { url, method, user_agent, login } = Object.fromEntries(new FormData(event.target));
  const got = await act("fetch", { url, method, user_agent, login: login === "on" });
  if (!got) return;
  const headers = Object.entries(got.headers).map(([name, value]) => `${name}: ${value}`);
  at("answer").textContent = `${got.status} in ${got.milliseconds} ms, ${got.bytes} bytes\n${headers.join("\n")}\n\n${got.body}`;
});

const again = () => refresh().catch((error) => (at("said").textContent = `The control server does not answer: ${error}`));
again();
setInterval(again, 1000);
