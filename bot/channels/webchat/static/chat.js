// The chat page: what the server drew, kept alive.
import { answer, start } from "./composer.js";
import { element, firstId, jump, lastId, listenTo, show, showAll, showOlder } from "./lines.js";
import { hear } from "./live.js";
import { keep, newId, post, read, state } from "./net.js";

const PRESS_REST_MS = 2500;
const TOAST_MS = 5000;
const tabs = document.querySelector(".tabs");
const notice = document.querySelector(".notice");
const pinned = document.querySelector(".pinned");
const older = document.querySelector(".older");
const toastBox = document.querySelector(".toast");
const presses = new Set(); // buttons pressed on this page: only their answers pop up here
let toastTimer = 0;

function toast(sentence) {
  toastBox.textContent = sentence;
  toastBox.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toastBox.hidden = true), TOAST_MS);
}

function notify(sentence, ended = false) {
  notice.hidden = !sentence;
  notice.textContent = sentence;
  if (ended) {
    const link = element("a", "", "Mở trang đầu");
    link.href = `${state.base}/`;
    notice.append(" ", link);
  }
}

async function press(message, choice, button, box) {
  const clientId = newId();
  presses.add(`p:${state.user}:${clientId}`);
  for (const other of box.children) other.disabled = true;
  button.classList.add("pressed");
  try {
    await post("press", { message: message.id, action: choice.action, client_id: clientId });
  } catch (trouble) {
    button.classList.remove("pressed");
    toast(trouble.message);
  }
  setTimeout(() => {
    for (const other of box.children) other.disabled = false;
  }, PRESS_REST_MS);
}

function heard(message) {
  if (message.toast) {
    if (presses.has(message.toast)) toast(message.text);
    return;
  }
  show(message);
  markSeen();
}

function markSeen() {
  if (!document.hidden) keep.set("seen", { ...keep.get("seen", {}), [state.room]: lastId() });
}

function showRooms(rooms) {
  showTabs(rooms);
  const line = rooms.find((room) => room.id === state.room)?.pinned;
  pinned.hidden = !line;
  pinned.dataset.line = line ? line.id : "";
  pinned.firstElementChild.textContent = line ? line.text : "";
}

function showTabs(rooms) {
  const seen = keep.get("seen", {});
  tabs.hidden = rooms.length < 2;
  tabs.replaceChildren(
    ...rooms.map((room) => {
      const tab = element("a", `tab ${room.kind}`);
      tab.href = `${state.base}/chat?room=${encodeURIComponent(room.id)}`;
      if (room.id === state.room) tab.setAttribute("aria-current", "page");
      else if (room.last > (seen[room.id] || 0)) tab.append(element("span", "dot", "Có tin mới"));
      tab.append(element("span", "", room.title));
      return tab;
    }),
  );
}

older.addEventListener("click", fetchOlder);

async function fetchOlder() {
  older.disabled = true;
  try {
    const page = await read(`before=${firstId()}`);
    showOlder(page.messages);
    older.hidden = !page.more;
    return true;
  } catch (trouble) {
    toast(trouble.message);
    return false;
  } finally {
    older.disabled = false;
  }
}

pinned.addEventListener("click", async () => {
  while (!jump(Number(pinned.dataset.line)) && !older.hidden) {
    if (!(await fetchOlder())) return;
  }
});

listenTo({ press, reply: answer });
showAll(state.messages);
older.hidden = !state.more;
markSeen();
showRooms(state.rooms);
tabs.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
document.addEventListener("visibilitychange", markSeen);
start();
hear(state.cursor, {
  line: heard,
  rooms: showRooms,
  connected: () => notify(""),
  lost: () => notify("Mất kết nối. Đang nối lại, tin đã gõ vẫn còn."),
  ended: (sentence) => notify(sentence, true),
});
