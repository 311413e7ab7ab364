// Logs in and out, and keeps the notes on the page up to date. The tokens are out of its reach, in HttpOnly cookies: the
// browser sends them by itself, to the same origin and nowhere else.
"use strict";

const byId = (id) => document.getElementById(id);

// --- Talking to the server ---------------------------------------------------------------------------------------------

// The proof that a request comes from this page: a page of another site can neither read the cookie nor set the header. It is
// read anew each time, since a login in another tab changes it.
function csrf(kind) {
  const start = `__Host-csrf_${kind}_token=`;
  const pair = document.cookie.split("; ").find((pair) => pair.startsWith(start));
  return pair?.slice(start.length) ?? "";
}

function send(method, path, body) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-TOKEN"] = csrf(path === "/refresh" ? "refresh" : "access");
  return fetch(path, { method, headers, body: body && JSON.stringify(body) });
}

// An access token ends soon. The first request that is refused for it gets the next one, and all of them try again.
let refreshing;
async function call(method, path, body) {
  const answer = await send(method, path, body);
  if (answer.status !== 401 || !csrf("refresh")) return answer;
  refreshing ??= send("POST", "/refresh").finally(() => { refreshing = undefined; });
  return (await refreshing).ok ? send(method, path, body) : answer;
}

// What went wrong, in words.
async function reason(answer) {
  const told = await answer.json().catch(() => ({}));
  return `${told.message ?? `The server answered ${answer.status}`}.`;
}

// --- What is shown -----------------------------------------------------------------------------------------------------

let user;

function show(name) {
  user = name;
  byId("user").textContent = name ?? "";
  byId("account").hidden = byId("notes").hidden = !name;
  byId("login").hidden = Boolean(name);
  byId("login").reset();
  if (!name) {
    byId("add").reset();
    list([]);
    socket?.close();
  }
}

function list(notes) {
  byId("list").replaceChildren(...notes.map(({ text }) => {
    const item = document.createElement("li");
    item.textContent = text; // never as HTML: a note may hold anything
    return item;
  }).reverse());
  byId("empty").hidden = notes.length > 0;
}

function say(text, isBad = false) {
  byId("status").textContent = text;
  byId("status").classList.toggle("bad", isBad);
}

function signedOut(text, isBad) {
  show();
  say(text, isBad);
  byId("username").focus();
}

// --- What can be done --------------------------------------------------------------------------------------------------

async function load() {
  const answer = await call("GET", "/notes");
  if (answer.ok) list(await answer.json());
  else if (answer.status === 401) signedOut("Your session has ended. Please log in again.", true);
  else say(await reason(answer), true);
}

// Shows what belongs to the session that the browser has, if it has one.
async function start() {
  const answer = csrf("refresh") ? await call("GET", "/me") : undefined;
  if (!answer?.ok) {
    show();
    if (answer && answer.status !== 401) say(await reason(answer), true);
    return;
  }
  show((await answer.json()).username);
  await load();
  listen();
}

// The server tells when another page of this user has added a note. The proof travels in the list of protocols: a script can't
// set a header here.
let socket;
function listen() {
  socket?.close();
  if (!user || !csrf("access")) return;
  const mine = new WebSocket(`${location.origin.replace("http", "ws")}/live`, ["fastjwt-csrf", csrf("access")]);
  mine.onmessage = () => attempt(load);
  mine.onclose = () => { if (socket === mine && user) setTimeout(() => attempt(start), 5000); };
  socket = mine;
}

const otherTabs = new BroadcastChannel("session");
otherTabs.onmessage = ({ data }) => {
  if (data === "login") attempt(start);
  else signedOut("You have logged out in another tab.");
};

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    console.error(error);
    say("The server can't be reached. Please try again.", true);
  }
}

// One at a time, so that nothing is sent twice. The button is not disabled meanwhile: it would lose the keyboard's focus.
function on(element, action) {
  element.addEventListener(element.matches("form") ? "submit" : "click", async (event) => {
    event.preventDefault();
    if (element.ariaBusy === "true") return;
    element.ariaBusy = "true";
    say("");
    await attempt(action);
    element.ariaBusy = "false";
  });
}

on(byId("login"), async () => {
  const body = { username: byId("username").value, password: byId("password").value };
  const answer = await send("POST", "/login", body);
  if (!answer.ok) {
    say(await reason(answer), true);
    byId("password").select();
    return;
  }
  await start();
  otherTabs.postMessage("login");
  say("You are logged in.");
  byId("text").focus();
});

on(byId("logout"), async () => {
  const answer = await send("POST", "/logout");
  if (!answer.ok) return say(await reason(answer), true);
  otherTabs.postMessage("logout");
  signedOut("You are logged out.");
});

on(byId("add"), async () => {
  const answer = await call("POST", "/notes", { text: byId("text").value });
  if (answer.status === 401) return signedOut("Your session has ended. Please log in again.", true);
  if (!answer.ok) return say(await reason(answer), true);
  byId("text").value = "";
  await load();
  say("The note is saved.");
});

// Browsers keep a page as it was for their back button: it is emptied when it is left, and asks anew when it comes back.
addEventListener("pagehide", () => show());
addEventListener("pageshow", () => attempt(start));
