// The lines of the room as page elements.
import { words } from "./marked.js";
import { mediaAddress, state } from "./net.js";
import { showPhotos } from "./viewer.js";

const BOT = "Loa Công Đoàn";
const scroller = document.querySelector(".scroll");
const list = document.querySelector(".lines");
const empty = document.querySelector(".empty");
const down = document.querySelector(".down");
const shown = new Map(); // message id → element
const waiting = new Map(); // client id → element of what is not yet sent
let actions = { press() {}, reply() {} };

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function listenTo(handlers) {
  actions = handlers;
}

export const firstId = () => Math.min(...shown.keys());
export const lastId = () => Math.max(0, ...shown.keys());

export function showAll(messages) {
  list.append(...messages.map(made));
  refresh();
  toEnd();
  list.setAttribute("aria-live", "polite"); // only now: a reader should not hear the whole history
}

export function showOlder(messages) {
  const before = scroller.scrollHeight;
  list.prepend(...messages.map(made));
  refresh();
  scroller.scrollTop += scroller.scrollHeight - before;
}

// A new line, or an earlier one that was edited.
export function show(message) {
  const follow = message.mine || isAtEnd();
  const old = shown.get(message.id);
  if (!old && shown.size && message.id < firstId()) return;
  if (old) old.replaceWith(made(message));
  else list.insertBefore(made(message), waiting.size ? waiting.values().next().value : null);
  if (message.mine) settle(message.client_id);
  refresh();
  if (follow) toEnd();
  else if (!old) down.hidden = false;
}

export function showWaiting(clientId, text, note) {
  settle(clientId);
  const item = element("li", "line mine waiting");
  const bubble = element("div", "bubble");
  bubble.append(element("p", "text", text), element("p", "meta", note));
  item.append(bubble);
  waiting.set(clientId, item);
  list.append(item);
  refresh();
  toEnd();
}

export function settle(clientId) {
  const item = waiting.get(clientId);
  if (item) item.remove();
  waiting.delete(clientId);
}

function made(message) {
  const item = element("li", `line ${message.mine ? "mine" : message.bot ? "bot" : "other"}`);
  if (message.choices.length) item.classList.add("asks");
  item.id = `line-${message.id}`;
  item.dataset.day = message.day;
  item.dataset.dayText = message.day_text;
  const bubble = element("div", "bubble");
  bubble.append(element("p", state.group && !message.mine ? "name" : "name only-heard", nameOf(message)));
  if (message.reply) bubble.append(quoted(message.reply));
  if (message.files.length) bubble.append(files(message));
  if (message.text) bubble.append(text(message));
  bubble.append(meta(message));
  item.append(bubble);
  if (message.choices.length) item.append(choices(message));
  shown.set(message.id, item);
  return item;
}

const nameOf = (message) => (message.mine ? "Tôi" : message.bot ? BOT : message.name);

function text(message) {
  const paragraph = element("p", "text");
  paragraph.append(...words(message.text, message.spans));
  return paragraph;
}

// Bring an earlier line into view; false when it lies further back than what is loaded.
// At once and not smoothly: lines that have just been fetched would call the page back to its end.
export function jump(id) {
  const line = shown.get(id);
  line?.scrollIntoView({ block: "center" });
  return Boolean(line);
}

function quoted(reply) {
  const box = element("button", "quoted");
  box.type = "button";
  box.append(element("strong", "", reply.name || BOT), element("span", "", reply.text));
  box.addEventListener("click", () => jump(reply.id));
  return box;
}

function meta(message) {
  const line = element("p", "meta");
  const edited = message.edited && !message.gone ? " · đã sửa" : "";
  line.append(element("span", "", message.at + edited));
  if (state.group && message.bot) {
    const reply = element("button", "reply", "Trả lời");
    reply.type = "button";
    reply.addEventListener("click", () => actions.reply(message));
    line.append(reply);
  }
  return line;
}

function choices(message) {
  const box = element("div", "choices");
  for (const choice of message.choices) {
    const button = element("button", "choice", choice.label);
    button.type = "button";
    button.addEventListener("click", () => actions.press(message, choice, button, box));
    box.append(button);
  }
  return box;
}

function files(message) {
  const box = element("div", "files");
  const photos = message.files.filter((file) => file.kind === "photo");
  if (photos.length) box.append(album(message, photos));
  for (const file of message.files) if (file.kind !== "photo") box.append(attached(message, file));
  return box;
}

function album(message, photos) {
  const grid = element("div", `album of-${Math.min(photos.length, 4)}`);
  photos.forEach((file, place) => {
    const button = element("button", "photo");
    button.type = "button";
    const image = element("img");
    image.loading = "lazy";
    image.alt = `Ảnh ${place + 1} trên ${photos.length}, bấm để xem lớn`;
    if (file.width) [image.width, image.height] = [file.width, file.height];
    image.src = mediaAddress(message.id, file.n, true);
    button.append(image);
    button.addEventListener("click", () =>
      showPhotos(photos.map((one) => mediaAddress(message.id, one.n)), place),
    );
    grid.append(button);
  });
  return grid;
}

function attached(message, file) {
  const source = mediaAddress(message.id, file.n);
  if (file.kind === "video" || file.kind === "voice") {
    const player = element(file.kind === "video" ? "video" : "audio", "player");
    player.controls = true;
    player.preload = "none";
    player.src = source;
    return player;
  }
  const link = element("a", "file");
  link.href = source;
  link.download = file.name;
  link.append(element("span", "file-name", file.name || "Tệp đính kèm"), element("span", "file-size", `Tải về · ${file.size}`));
  return link;
}

// Day marks between lines of different days, and the bot's newest question in front of older ones.
function refresh() {
  for (const mark of list.querySelectorAll(".day")) mark.remove();
  let day = "";
  for (const item of list.querySelectorAll(".line[data-day]")) {
    if (item.dataset.day !== day) item.before(element("li", "day", item.dataset.dayText));
    day = item.dataset.day;
  }
  const asking = [...list.querySelectorAll(".line.bot")];
  for (const item of asking) item.classList.remove("latest");
  if (asking.length) asking[asking.length - 1].classList.add("latest");
  empty.hidden = shown.size + waiting.size > 0;
}

const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;

export function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  down.hidden = true;
}

// Whoever reads at the end stays there: when a line comes, a photo loads, or the keyboard makes the page shorter.
let follows = true;
const grown = new ResizeObserver(() => follows && toEnd());
grown.observe(scroller);
grown.observe(list);
scroller.addEventListener(
  "scroll",
  () => {
    follows = isAtEnd();
    if (follows) down.hidden = true;
  },
  { passive: true },
);
down.addEventListener("click", toEnd);
