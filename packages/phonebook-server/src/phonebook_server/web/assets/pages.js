"use strict";

const base = document.documentElement.dataset.base;
const result = document.querySelector(".result[role=status]");
const token = location.hash.slice(1);
const form = [...document.querySelectorAll("form[data-form]")].find(
  ({ dataset }) => !dataset.when || dataset.when === (token ? "with-token" : "without-token"),
);

function say(kind, ...sentences) {
  result.className = `result ${kind}`;
  result.replaceChildren(
    ...sentences.map((sentence) => {
      const line = document.createElement("p");
      line.append(sentence);
      return line;
    }),
  );
  result.hidden = false;
  result.focus();
}

function link(path, text) {
  const anchor = document.createElement("a");
  anchor.href = base + path;
  anchor.textContent = text;
  return anchor;
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(base + path, {
      method,
      headers: body ? { "content-type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
  } catch {
    throw { detail: "The server cannot be reached. Check the network, then try again.", problems: [] };
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    throw answer?.detail
      ? answer
      : { detail: `The server answered with an error (${response.status}). Try again later.`, problems: [] };
  }
  return answer;
}

function showProblems(problem) {
  const elsewhere = [];
  let first = null;
  for (const each of problem.problems ?? []) {
    const input = form.elements.namedItem(each.field);
    if (input instanceof HTMLInputElement) {
      const place = document.getElementById(`${each.field}-problem`);
      place.textContent = place.textContent ? `${place.textContent} ${each.message}` : each.message;
      input.setAttribute("aria-invalid", "true");
      first ??= input;
    } else {
      elsewhere.push(each.message);
    }
  }
  if (first) first.focus();
  if (!first || elsewhere.length) say("failure", ...(elsewhere.length ? elsewhere : [problem.detail]));
}

function clear() {
  result.hidden = true;
  for (const place of form.querySelectorAll(".problem")) place.textContent = "";
  for (const input of form.elements) input.removeAttribute("aria-invalid");
}

function greet(me, sentence) {
  form.hidden = true;
  const out = document.createElement("button");
  out.type = "button";
  out.textContent = "Sign out";
  out.addEventListener("click", async () => {
    try {
      await call("DELETE", "/api/v1/session");
      say("success", "You are signed out.", link("/sign-in", "Sign in again"));
    } catch (problem) {
      say("failure", problem.detail);
    }
  });
  const offered = me.is_admin ? [testMail(me)] : [];
  say("success", `${sentence} ${me.name || me.email}.`, link("/api/v1/docs", "API documentation"), ...offered, out);
}

function testMail(me) {
  const send = document.createElement("button");
  send.type = "button";
  send.textContent = "Send me a test mail";
  const said = document.createElement("p");
  send.addEventListener("click", async () => {
    send.disabled = true;
    send.after(said);
    try {
      const { id } = await call("POST", "/api/v1/mail/test", {});
      said.textContent = `The mail to ${me.email} is on its way …`;
      said.textContent = await resultOfMail(id);
    } catch (problem) {
      said.textContent = problem.detail;
    } finally {
      send.disabled = false;
    }
  });
  return send;
}

async function resultOfMail(id) {
  for (let second = 0; second < 60; second += 1) {
    await new Promise((resume) => setTimeout(resume, 1000));
    const mail = (await call("GET", "/api/v1/mail?limit=50")).items.find((each) => each.id === id);
    if (mail?.state === "sent") return `The mail server took it: ${mail.answer}`;
    if (mail?.state === "failed") return `It was not sent: ${mail.answer}`;
    if (mail?.answer) return `It is not sent yet: ${mail.answer}`;
  }
  return "It is still on its way. `phonebook mail list` says what became of it.";
}

function empty(field, sentence) {
  return form.elements.namedItem(field).value.trim() ? [] : [{ field, message: sentence }];
}

function needToken() {
  if (token) return true;
  say("failure", "This address is not whole: the link you were given has more after a # sign. Copy all of it.");
  return false;
}

function finish(...sentences) {
  history.replaceState(null, "", location.pathname);
  form.hidden = true;
  say("success", ...sentences);
}

function offerNewLink() {
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Send me a new link";
  again.addEventListener("click", async () => {
    again.disabled = true;
    try {
      say("success", (await call("POST", "/api/v1/registration/renewal", { token })).message);
    } catch (problem) {
      say("failure", problem.detail);
    }
  });
  result.append(again);
}

const registered = (me) => {
  history.replaceState(null, "", location.pathname);
  greet(me, "You are registered and signed in as");
};

const forms = {
  first: {
    begin: needToken,
    check: () => [
      ...empty("name", "Fill in your name."),
      ...empty("email", "Fill in your e-mail address."),
      ...empty("password", "Choose a password."),
    ],
    send: (values) => call("POST", "/api/v1/first-administrator", { token, ...values }),
    done: registered,
  },
  register: {
    begin: needToken,
    check: () => [...empty("name", "Fill in your name."), ...empty("password", "Choose a password.")],
    send: (values) => call("POST", "/api/v1/registration", { token, ...values }),
    done: registered,
    failed: (problem) => problem.code === "link_void" && offerNewLink(),
  },
  "ask-reset": {
    begin: () => true,
    check: () => empty("email", "Fill in your e-mail address."),
    send: (values) => call("POST", "/api/v1/password-reset", values),
    done: (answer) => finish(answer.message),
  },
  reset: {
    begin: () => true,
    check: () => empty("password", "Choose a password."),
    send: (values) => call("POST", "/api/v1/password-reset/confirm", { token, ...values }),
    done: () => finish("Your new password is set.", link("/sign-in", "Sign in")),
    failed: (problem) => problem.code === "link_void" && result.append(link("/reset", "Ask for a new link")),
  },
  email: {
    begin: needToken,
    check: () => empty("password", "Fill in your password."),
    send: (values) => call("POST", "/api/v1/email-change/confirm", { token, ...values }),
    done: () => finish("Your e-mail address is changed. Sign in with it from now on.", link("/sign-in", "Sign in")),
  },
  "sign-in": {
    begin() {
      call("GET", "/api/v1/me").then((me) => greet(me, "You are signed in as"), () => {});
      return true;
    },
    check: () => [...empty("email", "Fill in your e-mail address."), ...empty("password", "Fill in your password.")],
    send: ({ code, ...values }) => call("POST", "/api/v1/session", code.trim() ? { ...values, code } : values),
    done(me) {
      form.reset();
      greet(me, "You are signed in as");
    },
    failed(problem) {
      if (problem.code !== "code_needed" && problem.code !== "wrong_code") return;
      const place = form.querySelector("[data-code]");
      place.hidden = false;
      const input = place.querySelector("input");
      input.value = "";
      input.focus();
      if (problem.code === "code_needed") result.hidden = true;
    },
  },
};

// Another link pasted into the same tab changes only what is behind the #.
addEventListener("hashchange", () => location.reload());

if (form) {
  const kind = forms[form.dataset.form];
  const button = form.querySelector("button[type=submit]");
  form.hidden = !kind.begin();
  for (const box of form.querySelectorAll("[data-shows]")) {
    box.addEventListener("change", () => {
      form.elements.namedItem(box.dataset.shows).type = box.checked ? "text" : "password";
    });
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clear();
    const problems = kind.check();
    if (problems.length) {
      showProblems({ problems });
      return;
    }
    button.disabled = true;
    try {
      kind.done(await kind.send(Object.fromEntries(new FormData(form))));
    } catch (problem) {
      showProblems(problem);
      kind.failed?.(problem);
    } finally {
      button.disabled = false;
    }
  });
}
